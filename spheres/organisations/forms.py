"""The shape of what people say about an organisation's spheres."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spheres.forms import ALL_TYPES, SphereForm, Tools, without_all_but


class AppointmentForm(forms.Form):
    """Who becomes responsible: `organisations.appoint.1`."""

    member_id = forms.UUIDField(
        label=_("Who becomes responsible"), error_messages={"required": _("Choose who is to be responsible.")}
    )


class OrganisationSphereForm(SphereForm):
    """A new sphere of the organisation: `organisations.found.1`."""

    type = forms.ChoiceField(label=_("Who comes in and who writes"), choices=ALL_TYPES)
    # An empty one is always there, so that none is something else than a page of before.
    tools = Tools(_("What people do there"))

    def clean(self) -> dict[str, Any]:
        """Name the tools to do without as the action does; None where nothing was asked."""
        cleaned = super().clean()
        tools = cleaned.pop("tools", [])
        return cleaned | {"without": without_all_but(tools) if "tools" in self.data else None}
