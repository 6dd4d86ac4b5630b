"""The reads of invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from journal import clock
from spheres.handing import told_to
from spheres.models import Membership, Reader
from spheres.querysets import was_removed
from spheres.seal import SealedQuerySet, SealedRows, inside

if TYPE_CHECKING:
    from accounts.models import User
    from spheres.invitations.models import Invitation, Mailing, Request
    from spheres.models import Sphere

# A letter is sent in seconds: whoever took one so long ago is not there any more.
LEASE = timedelta(minutes=15)
# Before a mail server is asked again that did not take it.
PAUSE = timedelta(minutes=5)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations; found by their link before a sphere is open, else from a membership."""

    def whole(self) -> InvitationQuerySet:
        """Bring along all that its state, its row and its pages need."""
        return self.select_related("sphere", "by__sphere")

    def standing(self) -> InvitationQuerySet:
        """Keep those that nothing ended."""
        return self.filter(ended_at=None)

    def told(self) -> InvitationQuerySet:
        """Keep those that have a row of their own."""
        return self.standing().filter(mailing=None, is_door=False)

    def door_of(self, sphere: Sphere) -> Invitation | None:
        """Give the one by which people ask to come into a public sphere; one for one guest's account is another."""
        return self.whole().standing().filter(sphere=sphere, is_door=True, max_uses=None).first()

    def readable_by(self, membership: Membership) -> InvitationQuerySet:
        """Keep those that the membership reads of: its own, and at the desk all of the sphere."""
        return self.whole().filter(told_to(membership), is_door=False)

    def under_lock(self, pk: UUID) -> Invitation:
        """Give one as now stored, held until the commit: of two who take the last place, one comes after."""
        return self.whole().select_for_update(of=("self",)).get(pk=pk)


class RequestQuerySet(models.QuerySet["Request"]):
    """Requests; found by the person who waits outside, else from a membership."""

    def whole(self) -> RequestQuerySet:
        """Bring along all that deciding, its row and its pages need."""
        return self.select_related("sphere", "invitation__by", "person")

    def waiting(self) -> RequestQuerySet:
        """Keep those that nobody has decided."""
        return self.filter(decided_at=None)

    def last_of(self, person: User, sphere_id: UUID) -> Request | None:
        """Give what a person asked last in a sphere."""
        return self.whole().filter(person=person, sphere_id=sphere_id).order_by("-asked_at").first()

    def decidable_by(self, membership: Membership) -> RequestQuerySet:
        """Keep those at a desk that the membership reads."""
        desks = Reader.objects.open().filter(membership=membership).values("journal_id")
        return self.whole().filter(sphere__desk__in=desks, sphere=membership.sphere_id)

    def to_tell(self) -> RequestQuerySet:
        """Keep those whose answer is to be told by a letter now, first those that were decided first."""
        return self.whole().filter(is_free("letter")).order_by("decided_at", "pk")

    def under_lock(self, pk: UUID) -> Request:
        """Give one as now stored, held until the commit."""
        return self.whole().select_for_update(of=("self",)).get(pk=pk)


class MailingQuerySet(models.QuerySet["Mailing"]):
    """Mailings; the worker finds them before a sphere is open."""

    def whole(self) -> MailingQuerySet:
        """Bring along all that its row and its pages need."""
        return self.select_related("sphere", "by")

    def unfinished(self) -> MailingQuerySet:
        """Keep those with letters that wait."""
        living = {"sphere__archived_at": None, "sphere__deleted_at": None}
        return self.filter(finished_at=None, **living).order_by("created_at")

    def of(self, membership: Membership) -> MailingQuerySet:
        """Keep those that the membership sent."""
        return self.whole().filter(by=membership)


class LetterQuerySet(SealedQuerySet[Any]):
    """Letters."""

    def open(self) -> LetterQuerySet:
        """Keep those by which somebody may still come in."""
        return self.filter(invitation__ended_at=None, invitation__expires_at__gt=clock.now()).exclude(state="failed")

    def of(self, mailing: Mailing) -> LetterQuerySet:
        """Keep those of one mailing, in the order of their lines."""
        whole = self.select_related("invitation__sphere", "invitation__by__sphere")
        found: LetterQuerySet = whole.filter(mailing=mailing).order_by("line")
        return found

    def free(self, mailing: Mailing) -> LetterQuerySet:
        """Keep those to take in hand: never taken, put back a while ago, or left by a worker that was killed."""
        return self.of(mailing).filter(is_free("state"))

    def counts(self, mailing: Mailing) -> dict[str, int]:
        """Count those of a mailing by state."""
        return dict(self.filter(mailing=mailing).values_list("state").annotate(models.Count("pk")))


def is_free(state: str) -> Q:
    """Say which letters are to take in hand, by the field of their state."""
    now = clock.now()
    never = Q(**{state: "waiting"}, taken_at=None)
    put_back = Q(**{state: "waiting"}, taken_at__lte=now - PAUSE)
    left = Q(**{state: "sending"}, taken_at__lte=now - LEASE)
    return never | put_back | left


LetterRows = SealedRows.from_queryset(LetterQuerySet)


def needs_approval(invitation: Invitation, person: User) -> bool:
    """Whether somebody says yes before this person comes in: as its inviter chose, or because they were removed."""
    return invitation.needs_approval or was_removed(person, invitation.sphere_id)


def was_written_to(invitation: Invitation, address: str) -> bool:
    """Whether this invitation was mailed to `address`: whoever holds its link reads what arrives there."""
    from spheres.invitations.models import Letter  # noqa: PLC0415  # made of this module's querysets

    with inside(invitation.sphere_id):
        is_written_to: bool = Letter.objects.filter(invitation=invitation, address=address.lower()).exists()
    return is_written_to
