"""The verbs of accounts."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils.translation import gettext as _

from accounts import rules
from accounts.models import SignInLink, User
from accounts.sessions import keys_of
from journal import clock
from journal.errors import Conflict, Refused
from journal.publishing import tell_person
from journal.writing import action, writing

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

LINK_LIFETIME = timedelta(minutes=30)
# So long after its end a link is remembered: whoever opens it late is told that it ended.
LINKS_LAST = timedelta(days=1)


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


def give_address(person: User, *, email: str) -> None:
    """Give somebody who has none the address that they have shown to be theirs, within an action.

    Raises Conflict if it has an account.
    """
    person.email = email
    try:
        with atomic():  # of two who show the same one at once, the database lets one have it
            person.save(update_fields=["email"])
    except IntegrityError:
        raise Conflict(_("This address already has an account.")) from None


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


def forget_links() -> None:
    """Delete what is known of links that ended a while ago."""
    writing(lambda: SignInLink.objects.filter(expires_at__lt=clock.now() - LINKS_LAST).delete())


def open_session(session: SessionBase, person: User) -> None:
    """Sign `person` in on the browser that has this session, which nobody else was ever given.

    As `django.contrib.auth.login` does it for the browser that asks, here for one that may be waiting elsewhere.
    """
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()


@action
def close_account(operator: User, person: User) -> None:
    """Let nobody in as `person` any more, and end what is open: their sessions, and by them their sockets.

    Their places stay as they are. Raises Refused for anybody but an operator, and for their own account.
    """
    rules.ensure_may_close(operator, person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    _end_sessions(person)


@action
def reopen_account(operator: User, person: User) -> None:
    """Let a person in again whose account was closed; they sign in anew. Raises Refused for anybody but an operator."""
    rules.ensure_operator(operator)
    person.is_active = True
    person.save(update_fields=["is_active"])


@action
def end_sessions(operator: User, person: User) -> None:
    """Sign a person out wherever they are signed in. Raises Refused for anybody but an operator."""
    rules.ensure_operator(operator)
    _end_sessions(person)


def _end_sessions(person: User) -> None:
    # One by one told to the sockets, by the deletion.
    Session.objects.filter(session_key__in=keys_of(person)).delete()


@action
def take_factor_away(operator: User, person: User) -> None:
    """Ask a person for no second factor any more: they lost it. Raises Refused for anybody but an operator."""
    rules.ensure_operator(operator)
    forget_factor(person)


def forget_factor(person: User) -> None:
    """Ask a person for no second factor any more, within an action that asked, or for whoever has the shell."""
    writing(lambda: Authenticator.objects.filter(user=person).delete())


def make_operator(person: User) -> None:
    """Let a person run this site; only whoever has the shell does."""

    def body() -> None:
        person.is_staff = True
        person.save(update_fields=["is_staff"])

    writing(body)


def digest_of(token: str) -> str:
    """Digest a token for storage (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()
