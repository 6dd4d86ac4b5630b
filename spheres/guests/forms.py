"""The shape of a new key, and of what makes an account of it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from spheres.models import Membership


class KeyForm(forms.Form):
    """For whom it is: `guests.make.1`."""

    id = forms.UUIDField()
    name = forms.CharField(label=_("For whom?"), max_length=Membership._meta.get_field("name").max_length)


class AddressForm(forms.Form):
    """The address with which a guest keeps their place."""

    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )

    def clean_email(self) -> str:
        """Write it as accounts do."""
        email: str = self.cleaned_data["email"]
        return email.lower()
