"""Addresses of one-time sign-in links."""

from django.conf import settings
from django.urls import reverse

from accounts.actions import make_link
from accounts.models import User


def sign_in_link(person: User) -> str:
    """Make a one-time link for `person` and give its address."""
    return str(settings.ALVEOLE_URL) + reverse("accounts:link", args=[make_link(person)])
