"""Site and SetUpLink."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from journal import clock


class Security(models.TextChoices):
    """How mail is protected on its way to the mail server."""

    STARTTLS = "starttls", _("STARTTLS (port 587)")
    TLS = "tls", _("TLS (port 465)")
    NONE = "none", _("None, on this machine only")


class Site(models.Model):
    """What an operator said of the site; one row, none before the set-up."""

    THE_ONE = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    set_up_at = models.DateTimeField(default=clock.now)
    # Empty: mail does not go out.
    mail_host = models.CharField(max_length=253, blank=True)
    mail_port = models.PositiveIntegerField(default=587, validators=[MinValueValidator(1), MaxValueValidator(65535)])
    mail_security = models.CharField(max_length=8, choices=Security, default=Security.STARTTLS)
    mail_user = models.CharField(max_length=254, blank=True)
    mail_password = models.CharField(max_length=254, blank=True)
    mail_from = models.EmailField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="site_only_one")]

    def __str__(self) -> str:
        return self.name


class SetUpLink(models.Model):
    """A link that sets the site up once; only its digest is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"set-up until {self.expires_at:%H:%M}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be used."""
        return self.used_at is None and self.expires_at > clock.now()
