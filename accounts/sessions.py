"""Sessions: a person's devices, and what happens when one ends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.entering import SessionStore, person_by_key
from accounts.models import User
from journal.publishing import tell_person

ENDING_FIELDS = frozenset({"password", "is_active"})


def ended(instance: Session, **_: Any) -> None:
    """Tell the person's sockets that a session was closed, however it was."""
    person_id = instance.get_decoded().get(SESSION_KEY)
    if person_id:
        tell_person(UUID(person_id))


def reconsider(instance: User, *, update_fields: frozenset[str] | None, **_: Any) -> None:
    """Let the person's sockets look again after a change that ends sessions: password, or a closed account."""
    if update_fields is None or ENDING_FIELDS & update_fields:
        tell_person(instance.pk)


def keys_of(person: User) -> list[str]:
    """Find the living sessions of a person. Each of the site is opened for it: for an operator, not for a page."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
    return [session.session_key for session in living if session.get_decoded().get(SESSION_KEY) == str(person.pk)]


def person_of(session_key: str) -> User | None:
    """Give the active person whose living session this is; none once it ended or the password changed."""
    session = SessionStore(session_key).load()
    try:
        person_id = UUID(str(session[SESSION_KEY]))
    except (KeyError, ValueError):
        return None
    person = person_by_key.first(pk=person_id)
    if (
        person is None
        or not person.is_active
        or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS
    ):
        return None
    stored = str(session.get(HASH_SESSION_KEY, ""))
    hashes = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return person if any(constant_time_compare(stored, value) for value in hashes) else None
