"""The shape of what people say about themselves."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor import spend


class LanguageForm(forms.Form):
    """Which language to read in."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)


class OnceOnly:
    """A code that is worth something once. allauth's own memory of it is shorter than the time it is taken for."""

    user: User

    def clean_code(self) -> str:
        """Use the code up. Raises ValidationError if it is wrong, or was used."""
        parent: Any = super()
        code: str = parent.clean_code()
        if not spend(self.user, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceOnly, AuthenticateForm):
    """The code that ends signing in."""


class CodeAgainForm(OnceOnly, ReauthenticateForm):
    """The code of somebody who is in, before what matters."""


class FirstCodeForm(OnceOnly, ActivateTOTPForm):
    """The first code of an app: it shows that the secret arrived."""


class MailedCodeForm(forms.Form):
    """A code that was mailed to whoever is signed in."""

    code = forms.CharField(
        label=_("The code"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autocapitalize": "characters", "dir": "ltr"}),
    )
