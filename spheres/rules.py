"""The permissions of spheres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused

if TYPE_CHECKING:
    from spheres.models import Membership

RANKS = {"administrator": 4, "publisher": 3, "member": 2, "visitor": 1, "guest": 0}


def may_admit(member: Membership, role: str) -> bool:
    """Whether `member` may bring somebody in as `role`: any role up to their own for administrators."""
    return member.role == "administrator" and role in RANKS


def ensure_may_admit(member: Membership, role: str) -> None:
    """Raise Refused unless `member` may bring somebody in as `role`."""
    if not may_admit(member, role):
        raise Refused(_("Only the people responsible for this sphere may bring somebody in."))


def may_end(by: Membership, membership: Membership) -> bool:
    """Whether `by` may end `membership`: their own, or any as administrator of the sphere."""
    return by.sphere_id == membership.sphere_id and (by.pk == membership.pk or by.role == "administrator")


def ensure_may_end(by: Membership, membership: Membership, *, administrators_left: int) -> None:
    """Raise Refused unless `by` may end `membership` and somebody responsible remains (counted without it)."""
    if not may_end(by, membership):
        raise Refused(_("Only the people responsible for this sphere may remove somebody."))
    if membership.role == "administrator" and administrators_left == 0:
        raise Refused(_("A sphere needs somebody responsible. Give this role to another member first."))
