"""The permissions of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import ensure_may_admit, may_admit

if TYPE_CHECKING:
    from spheres.guests.models import Key
    from spheres.models import Membership

# Whoever holds a link may let so many browsers ask at once, and no more.
MOST_WAITING = 5


class Closed(Refused):
    """A key that opens nothing any more."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("This link no longer works."))


def may_make(member: Membership) -> bool:
    """Whether `member` may make a key for somebody."""
    return may_admit(member, "guest")


def ensure_may_make(member: Membership) -> None:
    """Raise Refused unless `member` may make a key for somebody."""
    ensure_may_admit(member, "guest")


def may_keep(member: Membership, key: Key) -> bool:
    """Whether `member` looks after `key`: whoever made it, and those responsible for the sphere."""
    return member.sphere_id == key.sphere_id and (member.pk == key.by_id or member.role == "administrator")


def ensure_may_cut(member: Membership, key: Key) -> None:
    """Raise Refused unless `member` may cut the key or a browser of it."""
    if not may_keep(member, key):
        raise Refused(_("Only whoever made this link, or somebody responsible for the sphere, looks after it."))
    if key.is_outgrown:
        raise Refused(_("This guest has an account now: their browsers are theirs alone, and they need no link."))


def ensure_may_let_in(member: Membership, key: Key) -> None:
    """Raise Refused unless `member` may let a browser in by it: they look after it, and may bring guests in now."""
    ensure_may_cut(member, key)
    ensure_may_make(member)


def ensure_open(key: Key) -> None:
    """Raise Closed unless the key opens its sphere."""
    if not key.is_open:
        raise Closed


def ensure_may_grow(key: Key, *, is_in: bool) -> None:
    """Raise Closed unless the key is open, and the browser that asks is in by it: one that was cut takes no place."""
    ensure_open(key)
    if not is_in:
        raise Closed


def ensure_may_wait(waiting: int) -> None:
    """Raise Refused where as many browsers wait already as one link may let wait."""
    if waiting >= MOST_WAITING:
        raise Refused(_("Too many browsers wait with this link already. Ask the person who gave it to you."))
