"""The permissions of invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import ensure_may_admit, may_admit

if TYPE_CHECKING:
    from spheres.invitations.models import Invitation, Request, State
    from spheres.models import Membership

# Guests have no account and come by a link of their own kind.
BY_LINK = ("member", "visitor", "publisher", "administrator")


class Closed(Refused):
    """An invitation that lets nobody in any more; `state` says why."""

    status = 410

    def __init__(self, state: State) -> None:
        super().__init__(_("This invitation no longer works."))
        self.state = state


class NeedsApproval(Refused):
    """A link alone does not bring this person in: those responsible are asked."""

    def __init__(self) -> None:
        super().__init__(_("Those responsible for this sphere have to say yes first."))


def may_invite(member: Membership, role: str) -> bool:
    """Whether `member` may make a link that brings people in as `role`."""
    return role in BY_LINK and may_admit(member, role)


def roles_to_give(member: Membership) -> list[str]:
    """Give the roles as which `member` may invite."""
    return [role for role in BY_LINK if may_invite(member, role)]


def ensure_may_invite(member: Membership, role: str, *, max_uses: int | None) -> None:
    """Raise Refused unless `member` may make a link for so many people as `role`."""
    ensure_may_admit(member, role)
    if not may_invite(member, role):
        raise Refused(_("Guests come in by a link of their own."))
    if role == "administrator" and max_uses != 1:
        raise Refused(_("A link that gives the whole responsibility is for one person."))


def may_revoke(member: Membership, invitation: Invitation) -> bool:
    """Whether `member` may end it: whoever made it, and those responsible for the sphere."""
    return member.sphere_id == invitation.sphere_id and (
        member.pk == invitation.by_id or member.role == "administrator"
    )


def ensure_may_revoke(member: Membership, invitation: Invitation) -> None:
    """Raise Refused unless `member` may end it."""
    if not may_revoke(member, invitation):
        raise Refused(_("Only whoever made this link, or somebody responsible for the sphere, can end it."))


def ensure_may_decide(member: Membership, request: Request, *, is_accepted: bool) -> None:
    """Raise Refused unless `member` is responsible for the sphere that is asked for, and may bring in who asks."""
    if member.sphere_id != request.sphere_id or member.role != "administrator":
        raise Refused(_("Only those responsible for the sphere say who comes in."))
    if is_accepted:
        ensure_may_admit(member, request.invitation.role)


def ensure_open(invitation: Invitation) -> None:
    """Raise Closed unless somebody may still come in by it."""
    if invitation.state != "open":
        raise Closed(invitation.state)
