"""The verbs of accounts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import SignInLink, User
from journal import clock
from journal.errors import Conflict, Refused
from journal.publishing import tell_person
from journal.writing import action, writing

LINK_LIFETIME = timedelta(minutes=30)


def create_user(
    *,
    email: str | None,
    name: str = "",
    language: str = settings.LANGUAGE_CODE,
    zone: str = settings.TIME_ZONE,
    password: str | None = None,
) -> User:
    """Make an account; without `password` the person signs in by code or link.

    Raises Conflict if the address is taken.
    """

    def body() -> User:
        address = email.strip().lower() if email else None
        if address and User.objects.filter(email=address).exists():
            raise Conflict(_("This address already has an account."))
        person = User(email=address, name=name, language=language, zone=zone, date_joined=clock.now())
        person.set_password(password)
        person.save(force_insert=True)
        return person

    return writing(body)


@action
def choose_language(person: User, *, language: str) -> None:
    """Remember in which language the person reads."""
    person.language = language
    person.save(update_fields=["language"])
    tell_person(person.pk)


@action
def make_link(person: User, *, lifetime: timedelta = LINK_LIFETIME) -> str:
    """Make a one-time sign-in link and give its token (256 bits), which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(digest=digest_of(token), user=person, expires_at=clock.now() + lifetime)
    return token


def spend_link(token: str) -> User:
    """Use a link up and give its person. Raises Refused if it was used, expired or never made."""

    def body() -> User:
        spent = SignInLink.objects.filter(
            digest=digest_of(token), used_at=None, expires_at__gt=clock.now(), user__is_active=True
        ).update(used_at=clock.now())
        if not spent:
            raise Refused(_("This link was already used or is too old. Ask for a new one."))
        return SignInLink.objects.select_related("user").get(digest=digest_of(token)).user

    return writing(body)


def digest_of(token: str) -> str:
    """Digest a token for storage (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()
