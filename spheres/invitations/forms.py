"""The shape of an invitation, and of what somebody says who arrives by one."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from spheres.invitations.addresses import MOST, addressees, decoded
from spheres.invitations.rules import BY_LINK
from spheres.models import Membership, Role

DAYS = (1, 7, 14, 30)
USES = (1, 5, 30)


class InviteForm(forms.Form):
    """A new invitation: `invitations.invite.1`."""

    id = forms.UUIDField()
    role = forms.ChoiceField(label=_("They come in as"), choices=[(role, Role(role).label) for role in BY_LINK])
    days = forms.TypedChoiceField(label=_("For how many days"), choices=[(days, days) for days in DAYS], coerce=int)
    max_uses = forms.TypedChoiceField(
        label=_("For how many people"),
        choices=[(uses, uses) for uses in USES],
        coerce=int,
        required=False,
        empty_value=None,
    )
    note = forms.CharField(label=_("A note for yourself (optional)"), max_length=80, required=False)
    needs_approval = forms.BooleanField(label=_("Those responsible say yes to each person first"), required=False)


class MailForm(forms.Form):
    """Whom to invite by mail, pasted or in a file, and how."""

    text = forms.CharField(label=_("Addresses"), required=False, strip=False, max_length=1_000_000)
    file = forms.FileField(required=False, max_length=200)
    role = forms.ChoiceField(label=_("They come in as"), choices=[(role, Role(role).label) for role in BY_LINK])
    days = forms.TypedChoiceField(label=_("For how many days"), choices=[(days, days) for days in DAYS], coerce=int)
    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)

    def clean(self) -> dict[str, Any]:
        """Read the addresses, of which there is at least one and not too many."""
        cleaned = super().clean() or {}
        file = cleaned.pop("file", None)
        text = "\n".join(
            part for part in (cleaned.pop("text", ""), decoded(file.read()) if file else "") if part.strip()
        )
        found = list(addressees(text))
        if not found:
            self.add_error("text", _("Paste the addresses, or choose a file that has them."))
        if len(found) > MOST:
            self.add_error("text", _("That is too much at once: at most 5,000 addresses. Send the rest afterwards."))
        return cleaned | {"found": found, "text": text}


class MailNowForm(MailForm):
    """Send them: `invitations.mail.1`."""

    id = forms.UUIDField()

    def clean(self) -> dict[str, Any]:
        """Give what the action takes."""
        cleaned = super().clean()
        cleaned.pop("text")
        return cleaned


class NameForm(forms.Form):
    """Under which name somebody comes in."""

    name = forms.CharField(
        label=_("Your first name and surname"),
        max_length=Membership._meta.get_field("name").max_length,
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words", "dir": "auto"}),
    )


class ArrivalForm(NameForm):
    """Somebody without account, with the little that lets them come back on another device."""

    email = forms.EmailField(
        label=_("Your e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = forms.CharField(
        label=_("A password, of ten characters or more"),
        strip=False,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
    )
    zone = forms.CharField(required=False, widget=forms.HiddenInput({"data-zone-here": ""}))

    def __init__(self, *args: Any, by_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by_mail:
            del self.fields["password"]

    def clean_zone(self) -> str:
        """Take the zone that the browser says, if there is one of that name (IANA)."""
        zone: str = self.cleaned_data["zone"]
        return zone if zone in available_timezones() else str(settings.TIME_ZONE)

    def clean(self) -> dict[str, Any]:
        """Judge the password beside the name and address it must not resemble."""
        cleaned = super().clean() or {}
        if "password" in cleaned:
            try:
                validate_password(cleaned["password"], User(email=cleaned.get("email"), name=cleaned.get("name", "")))
            except ValidationError as weak:
                self.add_error("password", weak)
        return cleaned
