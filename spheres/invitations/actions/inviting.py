"""Inviting, coming in, asking, and the door of a public sphere."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actions import create_user
from accounts.models import User
from accounts.ways import codes_are_mailed
from journal import clock
from journal.errors import Conflict
from journal.recording import record
from journal.statements import insert
from journal.writing import action, writing
from spheres.actions import erase_some_of, join
from spheres.invitations import rules
from spheres.invitations.models import Invitation, Letter, LetterState, Mailing, Request
from spheres.invitations.querysets import needs_approval as asks_first
from spheres.models import Joining, Membership, Sphere
from spheres.rules import ensure_living, ensure_may_join
from spheres.waking import wake_later

# A door is ended by the settings alone.
FOR_EVER = timedelta(days=36_500)


@action
def invite(
    by: Membership,
    *,
    id: UUID,
    role: str = "member",
    days: int = 14,
    max_uses: int | None = 1,
    note: str = "",
    needs_approval: bool = False,
) -> Invitation:
    """Make an invitation that stands for `days` and lets `max_uses` people in (None: any number).

    Raises Refused if `by` may not, Conflict if `id` is taken.
    """
    rules.ensure_may_invite(by, role, max_uses=max_uses)
    now = clock.now()
    invitation = Invitation(
        id=id,
        sphere=by.sphere,
        by=by,
        role=role,
        note=note,
        created_at=now,
        expires_at=now + timedelta(days=days),
        max_uses=max_uses,
        needs_approval=needs_approval,
    )
    if not insert(invitation):
        raise Conflict(_("This invitation was already made. Reload the page for another one."), field="id")
    _tell(invitation, "invited", by)
    return invitation


@action
def revoke(member: Membership, invitation: Invitation) -> None:
    """End an invitation and its links; one that is revoked already stays so. Raises Refused if the member may not."""
    rules.ensure_may_revoke(member, invitation)
    withdraw(invitation, member)


def withdraw(invitation: Invitation, by: Membership | None) -> None:
    """End an invitation and its links, within an action that asked whether they may be; None: by nobody here."""
    invitation = Invitation.objects.under_lock(invitation.pk)
    if invitation.revoked_at:
        return
    invitation.revoked_at = clock.now()
    invitation.generation += 1
    invitation.ended_at = invitation.ended_at or invitation.revoked_at
    invitation.save(update_fields=["revoked_at", "generation", "ended_at"])
    _tell(invitation, "revoked", by)


@action
def come_in(person: User, invitation: Invitation, *, name: str) -> Membership:
    """Take a place by an invitation, under `name`; whoever is in already keeps the place they have.

    Raises Closed if it lets nobody in any more, NeedsApproval where a link alone does not.
    """
    invitation = Invitation.objects.under_lock(invitation.pk)
    present = Membership.objects.of(person).filter(sphere=invitation.sphere_id).first()
    if present is not None:
        return present
    rules.ensure_open(invitation)
    if asks_first(invitation, person):
        raise rules.NeedsApproval
    return _take_a_place(invitation, person, name)


def _take_a_place(invitation: Invitation, person: User, name: str) -> Membership:
    membership = join(invitation.sphere, person, role=invitation.role, name=name)
    invitation.uses += 1
    if not invitation.has_places:
        invitation.ended_at = invitation.ended_at or clock.now()
    invitation.save(update_fields=["uses", "ended_at"])
    _tell(invitation, "used", membership)
    return membership


@action
def ask(person: User, invitation: Invitation, *, name: str) -> Request:
    """Ask to come in by an invitation that does not bring this person in by itself; whoever asked already has.

    Raises Closed if it lets nobody in any more.
    """
    invitation = Invitation.objects.under_lock(invitation.pk)
    rules.ensure_open(invitation)
    # Else nobody could say yes.
    ensure_may_join(person, 0 if person.has_own_way else Membership.objects.of(person).count())
    earlier = Request.objects.last_of(person, invitation.sphere_id)
    if earlier is not None and earlier.decided_at is None:
        return earlier
    request = Request(sphere=invitation.sphere, invitation=invitation, person=person, name=name, asked_at=clock.now())
    request.asked_for = invitation.sphere.name
    request.save(force_insert=True)
    record(invitation.sphere.desk_id, "asked", request)
    return request


@action
def decide(by: Membership, request: Request, *, is_accepted: bool) -> None:
    """Say yes or no to somebody who asks; the first answer counts, and a second one changes nothing.

    What became of the invitation meanwhile is no matter: whoever says yes may bring people in without one.
    Raises Refused if `by` may not.
    """
    rules.ensure_may_decide(by, request, is_accepted=is_accepted)
    invitation = Invitation.objects.under_lock(request.invitation_id)
    request = Request.objects.under_lock(request.pk)
    if request.decided_at:
        return
    request.decided_at, request.decided_by, request.is_accepted = clock.now(), by, is_accepted
    request.letter = LetterState.WAITING if request.person.email and codes_are_mailed() else ""
    request.save(update_fields=["decided_at", "decided_by", "is_accepted", "letter"])
    if request.letter:
        wake_later("spheres.invitations.tasks.tell_answers")
    is_in = Membership.objects.of(request.person).filter(sphere=request.sphere_id).exists()
    if is_accepted and not is_in:
        _take_a_place(invitation, request.person, request.name)
    if not is_accepted and invitation.is_for_one_account:
        _shut(invitation)
    record(invitation.sphere.desk_id, "decided", request, actor=by.pk, is_gone=True)


def arrive(invitation: Invitation, *, name: str, **account: Any) -> User:
    """Make an account and take a place with it, or ask for one, or neither; `account` is what `create_user` takes.

    Raises Closed as `come_in` does, Conflict if the address is taken.
    """

    def body() -> User:
        person = create_user(name=name, **account)
        enter = ask if invitation.needs_approval else come_in
        enter(person, invitation, name=name)
        return person

    return writing(body)


def keep_door(sphere: Sphere) -> None:
    """Let people ask to come into a sphere on its page, or no more, as its settings say."""
    door, is_wanted = Invitation.objects.door_of(sphere), sphere.joining == Joining.REQUEST and sphere.is_living
    if is_wanted and door is None:
        _door(sphere, max_uses=None)
    elif door is not None and not is_wanted:
        _shut(door)


def ask_with_account(person: User, sphere: Sphere, *, name: str) -> Request:
    """Ask to come in for a guest of the sphere who showed that this account is theirs, within an action.

    Whoever asked already has. Raises Refused where nobody comes in.
    """
    ensure_living(sphere)
    earlier = Request.objects.last_of(person, sphere.pk)
    if earlier is not None and earlier.decided_at is None:
        return earlier
    return ask(person, _door(sphere, max_uses=1), name=name)


def _door(sphere: Sphere, *, max_uses: int | None) -> Invitation:
    by = Membership.objects.in_sphere(sphere.pk).filter(role="administrator").earliest("joined_at", "pk")
    now = clock.now()
    door = Invitation(sphere=sphere, by=by, role="member", needs_approval=True, is_door=True, created_at=now)
    door.expires_at, door.max_uses = now + FOR_EVER, max_uses
    door.save(force_insert=True)
    return door


def _shut(door: Invitation) -> None:
    door.revoked_at = door.ended_at = clock.now()
    door.save(update_fields=["revoked_at", "ended_at"])


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` of the invitations into a sphere that is erased, and what was asked and sent by them."""
    return (
        erase_some_of(Letter.objects.filter(sphere=sphere), limit)
        or erase_some_of(Request.objects.filter(sphere=sphere), limit)
        or erase_some_of(Invitation.objects.filter(sphere=sphere), limit)
        or erase_some_of(Mailing.objects.filter(sphere=sphere), limit)
    )


def end_expired() -> int:
    """Take the invitations whose time is over from the lists, one by one; give how many they were."""
    expired = Invitation.objects.standing().filter(expires_at__lte=clock.now())
    return sum(writing(partial(_expire, pk)) for pk in list(expired.values_list("pk", flat=True)))


def _expire(pk: UUID) -> bool:
    invitation = Invitation.objects.under_lock(pk)
    if invitation.ended_at:
        return False
    invitation.ended_at = clock.now()
    invitation.save(update_fields=["ended_at"])
    _tell(invitation, "expired")
    return True


def _tell(invitation: Invitation, verb: str, actor: Membership | None = None) -> None:
    if invitation.mailing_id or invitation.is_door:
        return
    for journal in invitation.journals:
        record(
            journal,
            verb,
            invitation,
            actor=actor.pk if actor else None,
            is_gone=invitation.ended_at is not None,
        )
