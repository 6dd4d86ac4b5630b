"""The permissions of organisations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import RANKS, ensure_living

if TYPE_CHECKING:
    from spheres.models import Membership, Sphere

BY_ONESELF = frozenset({"organisation", "automatic"})


def may_found(member: Membership) -> bool:
    """Whether `member` may make spheres of the organisation: whoever manages it."""
    return member.sphere.is_hall and member.role == "administrator"


def ensure_may_found(member: Membership) -> None:
    """Raise Refused unless `member` may make spheres of the organisation."""
    if not may_found(member):
        raise Refused(_("Only the people who manage the organisation make spheres of it."))


def ensure_may_visit(member: Membership, sphere: Sphere) -> None:
    """Raise Refused unless `member`, in the hall, may come into any sphere of the organisation, seen by everybody."""
    if not may_found(member) or sphere.organisation_id != member.sphere.organisation_id:
        raise Refused(_("Only the people who manage the organisation come in uninvited."))
    if sphere.deleted_at:
        ensure_living(sphere)


def ensure_may_appoint(member: Membership, sphere: Sphere, appointed: Membership) -> None:
    """Raise Refused unless `member`, in the hall, may make `appointed`, of the hall too, responsible for `sphere`."""
    ensure_may_visit(member, sphere)
    if appointed.sphere_id != member.sphere_id or RANKS[appointed.role] < RANKS["member"] or not appointed.person_id:
        raise Refused(_("Only somebody of the organisation becomes responsible for a sphere of it."))


def may_enter(member: Membership, sphere: Sphere) -> bool:
    """Whether `member`, in the hall, may come into `sphere` by themself."""
    is_ours = member.sphere.is_hall and sphere.organisation_id == member.sphere.organisation_id
    return is_ours and sphere.is_living and sphere.joining in BY_ONESELF and RANKS[member.role] >= RANKS["member"]


def ensure_was_not_removed(*, is_removed: bool) -> None:
    """Raise Refused where somebody was removed from the sphere: then its people bring them back, and no tap does."""
    if is_removed:
        raise Refused(_("You were removed from this sphere. Ask those responsible for an invitation."))


def ensure_may_enter(member: Membership, sphere: Sphere) -> None:
    """Raise Refused unless `member` may come into `sphere` by themself."""
    ensure_living(sphere)
    if not may_enter(member, sphere):
        raise Refused(_("Somebody has to invite you into this sphere."))
