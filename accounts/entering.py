"""The two reads that every request begins with, prepared: whose session it is, and who that is."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import CharField, DateTimeField, UUIDField
from django.utils import timezone

from accounts.models import User
from journal.prepared import Prepared, Slot

_living_session = Prepared(
    lambda: Session.objects.filter(session_key=Slot("key", CharField()), expire_date__gt=Slot("now", DateTimeField()))
)
person_by_key = Prepared(lambda: User.objects.filter(pk=Slot("pk", UUIDField())))


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        found = _living_session.first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found


class Backend(AuthenticationBackend):
    """Signing in as allauth does it."""

    def get_user(self, user_id: Any) -> User | None:
        """Give the person of a session, unless their account is closed."""
        person = person_by_key.first(pk=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None
