"""What an operator says of the site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alveole.hosting.models import Security, Site
from spheres.looks import KIND_NAMES

MAIL_FIELDS = ("mail_host", "mail_port", "mail_security", "mail_user", "mail_password", "mail_from")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
KINDS = list(KIND_NAMES.items())


class MailForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own takes none at run time
    """By which server mail goes out; an empty server: it does not."""

    class Meta:
        model = Site
        fields = MAIL_FIELDS
        labels = {
            "mail_host": _("Mail server"),
            "mail_port": _("Port"),
            "mail_security": _("Protection"),
            "mail_user": _("User name on it"),
            "mail_password": _("Password on it"),
            "mail_from": _("Address that mail comes from"),
        }
        widgets = {
            # Shown again after an error, so that nothing is typed twice; the one that is kept is never shown.
            "mail_password": forms.PasswordInput(render_value=True, attrs={"autocomplete": "off"}),
            "mail_host": forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
            "mail_user": forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
        }

    def clean_mail_host(self) -> str:
        """Take a name that can be looked up (RFC 5890)."""
        host: str = self.cleaned_data["mail_host"]
        try:
            host.encode("idna")
        except UnicodeError as wrong:
            raise ValidationError(_("This is not the name of a machine.")) from wrong
        return host

    def clean(self) -> dict[str, Any]:
        """Ask for what a server needs, and for no password in the clear."""
        cleaned = super().clean() or {}
        if cleaned.get("mail_host") and not cleaned.get("mail_from") and "mail_from" not in self.errors:
            self.add_error("mail_from", _("Say from which address mail comes."))
        is_bare = cleaned.get("mail_security") == Security.NONE and cleaned.get("mail_host") not in LOOPBACK
        if is_bare and cleaned.get("mail_password"):
            self.add_error("mail_security", _("A password goes to another machine with protection only."))
        return cleaned

    def kept(self, site: Site | None) -> None:
        """Take the password that is kept, where none was typed and the server and the user are the same."""
        same = site is not None and all(
            getattr(site, name) == self.cleaned_data.get(name) for name in ("mail_host", "mail_user")
        )
        if site is not None and same and not self.cleaned_data.get("mail_password"):
            self.cleaned_data["mail_password"] = site.mail_password

    @property
    def mail(self) -> dict[str, Any]:
        """Give the cleaned settings."""
        return {name: self.cleaned_data[name] for name in MAIL_FIELDS}


class SetUpForm(MailForm):
    """The site, its first operator, their organisation, and mail, which may wait."""

    site_name = forms.CharField(label=_("Name of this site"), max_length=80, initial="Alvéole")
    language = forms.ChoiceField(label=_("Its language"), choices=settings.LANGUAGES)
    organisation = forms.CharField(label=_("Name of your organisation"), max_length=80)
    kind = forms.ChoiceField(label=_("What it is"), choices=KINDS)
    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label=_("Your e-mail address"), widget=forms.EmailInput({"autocomplete": "username"}))
    password = forms.CharField(
        label=_("A password, of ten characters or more"),
        strip=False,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
    )

    you = ("name", "email", "password")
    place = ("site_name", "language", "organisation", "kind")

    def clean(self) -> dict[str, Any]:
        """Judge the password beside the name and address it must not resemble."""
        cleaned = super().clean()
        person = User(email=cleaned.get("email"), name=cleaned.get("name", ""))
        try:
            validate_password(cleaned.get("password", ""), person)
        except ValidationError as weak:
            if "password" not in self.errors:
                self.add_error("password", weak)
        return cleaned

    def arguments(self) -> dict[str, dict[str, Any]]:
        """Give what `set_up` takes."""
        said = self.cleaned_data
        return {
            "site": {"name": said["site_name"], "language": said["language"], **self.mail},
            "operator": {name: said[name] for name in (*self.you, "language")},
            "organisation": {"name": said["organisation"], "kind": said["kind"]},
        }
