"""The permissions of spheres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from spheres.models import Membership, Organisation, Sphere
    from spheres.types import SphereType

RANKS = {"administrator": 4, "publisher": 3, "member": 2, "visitor": 1, "guest": 0}
EDITORS = frozenset({"administrator", "publisher"})


def ensure_fits(settings: SphereType | Sphere, organisation: Organisation | None) -> None:
    """Raise Refused where settings that mean an organisation are chosen without one."""
    if settings.known_to == "organisation" and organisation is None:
        raise Refused(_("Only an organisation has spheres of this type."))


# Whom each role may bring in; those marked in IF_ALLOWED only where the sphere lets its members invite.
INVITES: dict[str, frozenset[str]] = {
    "administrator": frozenset(RANKS),
    "publisher": frozenset({"member", "visitor", "guest"}),
    "member": frozenset({"visitor", "guest"}),
    "visitor": frozenset({"visitor"}),
    "guest": frozenset(),
}
IF_ALLOWED = frozenset({"member", "visitor"})
# Those who are in one sphere and of no organisation.
VISITING = frozenset({"visitor", "guest"})


def ensure_there(sphere: Sphere) -> None:
    """Raise Refused where a sphere was deleted."""
    if sphere.deleted_at:
        raise Refused(_("This sphere was deleted. Those responsible can put it back within a week."))


def ensure_living(sphere: Sphere) -> None:
    """Raise Refused where nothing is written any more."""
    ensure_there(sphere)
    if sphere.archived_at:
        raise Refused(_("This sphere is archived: it is read, and nothing more is written in it."))


def charter_first() -> Refused:
    """Give the refusal for somebody who has not accepted the charter."""
    return Refused(_("This sphere has a charter. Read and accept it, then send this again."))


def ensure_has_accepted(member: Membership) -> None:
    """Raise Refused where the charter of the sphere comes first."""
    if member.owes_charter:
        raise charter_first()


def may_admit(member: Membership, role: str) -> bool:
    """Whether `member` may bring somebody in as `role`."""
    if not member.sphere.is_living:
        return False
    if role not in INVITES[member.role]:
        return False
    if member.role in IF_ALLOWED and not member.sphere.members_invite:
        return False
    return takes(member.sphere, role)


def takes(sphere: Sphere, role: str) -> bool:
    """Whether anybody may be a `role` in `sphere`: a hall is of those who belong to its organisation."""
    if sphere.is_hall and role in VISITING:
        return False
    return role != "visitor" or sphere.joining == "visitors"


def ensure_may_admit(member: Membership, role: str) -> None:
    """Raise Refused unless `member` may bring somebody in as `role`."""
    if may_admit(member, role):
        return
    ensure_living(member.sphere)
    _ensure_takes(member.sphere, role)
    raise Refused(_("You cannot bring somebody in here with this role. Ask those responsible for the sphere."))


def _ensure_takes(sphere: Sphere, role: str) -> None:
    if takes(sphere, role):
        return
    if sphere.is_hall:
        raise Refused(_("Visitors and guests are not of the organisation. Invite them into one of its spheres."))
    raise Refused(_("This sphere takes no visitors. Those responsible can change that in its settings."))


def ensure_may_join(person: User, memberships: int) -> None:
    """Raise Refused where somebody who is in by a direct link would take a place in a second sphere.

    Whoever holds that link may be them, and holds it for one sphere.
    """
    if not person.has_own_way and memberships:
        raise Refused(_("You are here by a direct link, which is for one sphere. Make it an account first."))


def sees_members(member: Membership) -> bool:
    """Whether `member` is told who is in the sphere; a hall may tell it to those who manage the organisation alone."""
    return member.sphere.lists_members or member.role == "administrator"


def may_start(member: Membership) -> bool:
    """Whether `member` may begin something in the sphere, as against answering."""
    return (
        member.is_open
        and not member.owes_charter
        and member.sphere.is_living
        and (member.sphere.started_by != "editors" or member.role in EDITORS or member.begins)
    )


def ensure_may_start(member: Membership) -> None:
    """Raise Refused unless `member` may begin something in the sphere."""
    ensure_living(member.sphere)
    ensure_has_accepted(member)
    if not may_start(member):
        raise Refused(_("Here those responsible and the publishers write."))


def ensure_meant_for(member: Membership, *, is_for_everybody: bool) -> None:
    """Raise Refused where words that were said to the members would be read by everybody."""
    if member.sphere.read_by == "everybody" and not is_for_everybody:
        raise Refused(_("Everybody reads this sphere by now. If they may read this too, send it once more."))


def may_end(by: Membership, membership: Membership) -> bool:
    """Whether `by` may end `membership`: their own, or any as administrator of the sphere."""
    return by.sphere_id == membership.sphere_id and (by.pk == membership.pk or by.role == "administrator")


def ensure_may_end(by: Membership, membership: Membership, *, administrators_left: int) -> None:
    """Raise Refused unless `by` may end `membership` and somebody responsible remains (counted without it)."""
    if not may_end(by, membership):
        raise Refused(_("Only the people responsible for this sphere may remove somebody."))
    if by.pk != membership.pk:
        ensure_has_accepted(by)
    _ensure_somebody_responsible(membership, administrators_left)


def may_give(by: Membership, membership: Membership, role: str) -> bool:
    """Whether `by` may make `membership` a `role`: as administrator; whoever has no account stays a guest."""
    is_theirs = by.role == "administrator" and by.sphere_id == membership.sphere_id
    has_account = membership.role != "guest" or (membership.person is not None and membership.person.has_own_way)
    return is_theirs and role in RANKS and role != "guest" and has_account


def ensure_may_give(by: Membership, membership: Membership, role: str, *, administrators_left: int) -> None:
    """Raise Refused unless `by` may make `membership` a `role` and somebody responsible remains."""
    ensure_has_accepted(by)
    if not may_give(by, membership, role):
        raise Refused(_("Only those responsible for this sphere give roles, and a guest without an account stays one."))
    _ensure_takes(by.sphere, role)
    if role != "administrator":
        _ensure_somebody_responsible(membership, administrators_left)


def _ensure_somebody_responsible(membership: Membership, administrators_left: int) -> None:
    if membership.role == "administrator" and administrators_left == 0:
        raise Refused(_("A sphere needs somebody responsible. Give this role to another member first."))


def may_settle(member: Membership) -> bool:
    """Whether `member` may change the settings of the sphere."""
    return member.is_open and member.role == "administrator"


def ensure_may_settle(member: Membership) -> None:
    """Raise Refused unless `member` may change the settings of the sphere."""
    if not may_settle(member):
        raise Refused(_("Only the people responsible for this sphere change its settings."))


def ensure_may_end_sphere(member: Membership) -> None:
    """Raise Refused unless `member` may archive or delete the sphere, or take that back."""
    ensure_may_settle(member)
    if member.sphere.is_hall:
        raise Refused(_("The organisation lives in this sphere: it is neither archived nor deleted."))


def ensure_may_restore(member: Membership, now: datetime) -> None:
    """Raise Refused unless `member` may put the deleted sphere back, and it is not being erased yet."""
    ensure_may_end_sphere(member)
    if member.sphere.erased_at and member.sphere.erased_at <= now:
        raise Refused(_("The week is over: this sphere is being erased."))


def ensure_may_retype(sphere: Sphere) -> None:
    """Raise Refused where the type is not to be chosen: a hall is of everybody in its organisation."""
    if sphere.is_hall:
        raise Refused(_("Everybody of the organisation is in this sphere: its type stays."))


def ensure_is_of_hall(sphere: Sphere) -> None:
    """Raise Refused where settings are wanted that an organisation alone has."""
    if not sphere.is_hall:
        raise Refused(_("An organisation says this, in the sphere where everybody of it is."))


def ensure_history_is_open(memberships: int) -> None:
    """Raise Refused once a second person ever came (`memberships`, ended ones too): what they were told holds."""
    if memberships > 1:
        raise Refused(_("What newcomers read is fixed as soon as somebody else is in the sphere: they were told so."))
