"""The shape of what people say about an organisation's spheres."""

from django import forms
from django.utils.translation import gettext_lazy as _

from spheres.forms import SphereForm
from spheres.types import TYPES


class AppointmentForm(forms.Form):
    """Who becomes responsible: `organisations.appoint.1`."""

    member_id = forms.UUIDField(error_messages={"required": _("Choose who is to be responsible.")})


class OrganisationSphereForm(SphereForm):
    """A new sphere of the organisation: `organisations.found.1`."""

    type = forms.ChoiceField(choices=[(name, preset.label) for name, preset in TYPES.items()])
