"""The second factor: a code of an app on the telephone (RFC 6238), or one of ten codes on paper; allauth keeps both."""

from __future__ import annotations

import time
from datetime import timedelta

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import unstash_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.models import User
from accounts.qr import picture_of
from accounts.ways import codes_are_mailed

# How long a code that was typed vouches for a session, where one is asked for.
PROOF_LASTS = timedelta(hours=12)
# How long a mailed code vouches for whoever sets one up, and where their session says so.
MAILED_CODE_LASTS = timedelta(minutes=15)
SHOWN = "accounts.second_factor.shown"
# Longer than any code is worth, with the tolerance on either side: a code that was looked at is used up.
CODE_LASTS_SECONDS = 180


class SecondFactor(DefaultMFAAdapter):
    """What allauth asks of us about second factors."""

    def get_totp_issuer(self) -> str:
        """Name this site in the list of the app."""
        return f"Alvéole {settings.SITE_HOST}"

    def build_totp_svg(self, url: str) -> SafeString:
        """Draw the address as we draw others: within the policy, and by no other package."""
        return picture_of(url)


def has_one(person: User) -> bool:
    """Whether this person is asked for a code."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()


def is_proven(request: HttpRequest) -> bool:
    """Whether the second factor of who asks was shown in this very session, not too long ago."""
    assert request.user.is_authenticated
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records if record["method"] == "mfa"), default=0.0)
    return bool(time.time() - latest < PROOF_LASTS.total_seconds())


def needs_mailed_code(request: HttpRequest) -> bool:
    """Whether who asks shows by a mailed code who they are before they set one up.

    allauth asks for a password or a code of the app, and nothing of whoever has neither: an open session alone would
    do, and whoever finds one would lock its person out. Where no mail goes out there is nothing to ask for.
    """
    person = request.user
    assert person.is_authenticated
    if person.has_usable_password() or has_one(person) or not person.email or not codes_are_mailed():
        return False
    shown = request.session.get(SHOWN, {})
    return not (
        shown.get("account") == str(person.pk) and time.time() - shown["at"] < MAILED_CODE_LASTS.total_seconds()
    )


def keep_shown(request: HttpRequest) -> None:
    """Remember that who asks showed a moment ago that the mail of their account reaches them."""
    request.session[SHOWN] = {"account": str(request.user.pk), "at": time.time()}


def spend(person: User, code: str) -> bool:
    """Use a code up, for this person; False if it was used before (RFC 6238, 5.2)."""
    return bool(cache.add(f"second-factor:{person.pk}:{''.join(code.split())}", "spent", timeout=CODE_LASTS_SECONDS))


def account_of(request: HttpRequest) -> str:
    """Name the account whose code is asked for: of whoever is signed in, or half signed in."""
    if request.user.is_authenticated:
        return str(request.user.pk)
    coming = unstash_login(request, peek=True)
    return str(coming.user.pk) if coming and coming.user else ""
