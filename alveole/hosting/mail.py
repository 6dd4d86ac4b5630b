"""Mail as the operator set it up: by whom it is sent, and whether at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from accounts.ways import MAIL_FAILURES
from alveole.hosting.models import Security, Site

OURS = "alveole.hosting.mail.SiteMail"
TIMEOUT_SECONDS = 10


class MailIsOff(OSError):
    """Mail was to go out on a site that sends none."""


def goes_out() -> bool:
    """Whether mail is sent: set up by an operator, or by the environment."""
    return settings.EMAIL_BACKEND != OURS or Site.objects.exclude(mail_host="").exists()


class SiteMail(EmailBackend):
    """SMTP (RFC 5321) by the server that the operator named. Sending raises MailIsOff where none was."""

    def __init__(self, *args: Any, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.is_known = False

    def open(self) -> bool | None:
        """Connect to the named server. Raises MailIsOff."""
        if not self.is_known:
            site = Site.objects.exclude(mail_host="").first()
            if site is None:
                raise MailIsOff(_("This site sends no mail."))
            _point(self, {name: getattr(site, name) for name in FIELDS})
            self.is_known = True
        try:
            return super().open()
        except MAIL_FAILURES:
            self.close()  # a server that took the call and not the password
            raise

    def send_messages(self, email_messages: Any) -> int:
        """Send, from the address that the operator gave."""
        site = Site.objects.exclude(mail_host="").first()
        for message in email_messages:
            if site is not None and message.from_email == settings.DEFAULT_FROM_EMAIL:
                message.from_email = sender(site.name, site.mail_from)
        return super().send_messages(email_messages) or 0


FIELDS = ("mail_host", "mail_port", "mail_security", "mail_user", "mail_password")


def _point(backend: EmailBackend, mail: Mapping[str, Any]) -> None:
    backend.host, backend.port = mail["mail_host"], mail["mail_port"]
    backend.username, backend.password = mail["mail_user"], mail["mail_password"]
    backend.use_tls = mail["mail_security"] == Security.STARTTLS
    backend.use_ssl = mail["mail_security"] == Security.TLS
    backend.timeout = TIMEOUT_SECONDS


def sender(name: str, address: str) -> str:
    """Write the From of a mail (RFC 5322); nothing in a name can begin another header."""
    return f'"{one_line(name)}" <{address}>'


def one_line(name: str) -> str:
    """Write a name so that it ends no header, and no quoted part of one."""
    return " ".join(name.replace('"', "").replace("\\", "").split())


def send_test(mail: Mapping[str, Any], *, name: str, to: str) -> str:
    """Send one mail by these settings, saved or not; give "" or the sentence that says why it did not leave."""
    backend = get_connection("django.core.mail.backends.smtp.EmailBackend")
    assert isinstance(backend, EmailBackend)
    _point(backend, mail)
    message = EmailMessage(
        subject=_("A test from %(site)s") % {"site": one_line(name)},
        body=_("This site can send mail.") + f"\n\n{settings.ALVEOLE_URL}\n",
        from_email=sender(name, mail["mail_from"]),
        to=[to],
        connection=backend,
    )
    try:
        message.send()
    except MAIL_FAILURES as failure:
        backend.close()
        return _("The mail did not leave: %(reason)s") % {"reason": _reason(failure)}
    return ""


def _reason(failure: Exception) -> str:
    said = getattr(failure, "smtp_error", b"") or str(failure) or type(failure).__name__
    return said.decode(errors="replace") if isinstance(said, bytes) else said
