"""The reads of keys and browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from spheres.handing import told_to
from spheres.models import Membership

if TYPE_CHECKING:
    from spheres.guests.models import Browser, Key  # noqa: F401  # Browser is named in a base class


class KeyQuerySet(models.QuerySet["Key"]):
    """Keys; found by their link before a sphere is open, else from a membership."""

    def whole(self) -> KeyQuerySet:
        """Bring along all that its state, its row and its pages need."""
        return self.select_related("sphere", "by__sphere", "by__person", "membership__sphere", "membership__person")

    def with_browsers(self) -> KeyQuerySet:
        """Bring along its browsers too."""
        return self.whole().prefetch_related("browsers")

    def standing(self) -> KeyQuerySet:
        """Keep those whose guests are in, though they may have an account of their own by now."""
        return self.filter(membership__ended_at=None, membership__person__isnull=False)

    def readable_by(self, membership: Membership) -> KeyQuerySet:
        """Keep those that the membership reads of: its own, and at the desk all of the sphere."""
        return self.with_browsers().standing().filter(told_to(membership))

    def under_lock(self, pk: UUID) -> Key:
        """Give one as now stored, held until the commit: of two browsers that come at once, one comes after."""
        return self.whole().select_for_update(of=("self",)).get(pk=pk)


class BrowserQuerySet(models.QuerySet["Browser"]):
    """Browsers; found by their session before a sphere is open, else by their key."""

    def present(self) -> BrowserQuerySet:
        """Keep those that nobody cut."""
        return self.exclude(state="cut")

    def with_key(self) -> BrowserQuerySet:
        """Bring along the key, and all that its link needs."""
        return self.select_related("key__sphere", "key__membership__person")

    def of_session(self, session_key: str | None) -> BrowserQuerySet:
        """Keep the one of a session, if it came with a link."""
        return self.filter(session_key=session_key or "")

    def of_key(self, key: Key) -> BrowserQuerySet:
        """Keep those that came with one key."""
        return self.filter(key=key)

    def of_keys(self, keys: KeyQuerySet) -> BrowserQuerySet:
        """Keep those that came with one of these keys."""
        return self.filter(key__in=keys)
