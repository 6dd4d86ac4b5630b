"""Invitation, Request, Mailing and Letter."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from journal import clock
from journal.ids import uuid7
from spheres.handing import HandedOver
from spheres.invitations import rules
from spheres.invitations.querysets import InvitationQuerySet, LetterRows, MailingQuerySet, RequestQuerySet
from spheres.models import Membership, Role, Sphere
from spheres.seal import Sealed


class State(models.TextChoices):
    """Whether an invitation still lets somebody in, and if not, why."""

    OPEN = "open", _("Open")
    USED_UP = "used-up", _("Used up")
    EXPIRED = "expired", _("Expired")
    REVOKED = "revoked", _("Revoked")


class LetterState(models.TextChoices):
    """What became of a letter."""

    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Not sent")


class Invitation(HandedOver):
    """A way into one sphere, in one role."""

    role = models.CharField(max_length=16, choices=Role, default=Role.MEMBER)
    # For whoever invites, and for nobody who is invited.
    note = models.CharField(max_length=80, blank=True)
    expires_at = models.DateTimeField()
    # None: any number of people.
    max_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    # Whoever opens it asks, and those responsible say yes or no.
    needs_approval = models.BooleanField(default=False)
    # By which people ask on the page of a public sphere; the settings make it and end it, and it stands in no list.
    is_door = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)
    # Set with whatever ended it: from then on it stands in no list.
    ended_at = models.DateTimeField(null=True)

    # One of many sent by mail: told by the mailing's row.
    mailing = models.ForeignKey("Mailing", on_delete=models.CASCADE, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    @property
    def has_places(self) -> bool:
        """Whether somebody more may come in by it."""
        return self.max_uses is None or self.uses < self.max_uses

    @property
    def is_for_one_account(self) -> bool:
        """Whether it is the door of a guest who has an account already, and of nobody else."""
        return self.is_door and self.max_uses is not None

    @property
    def state(self) -> State:
        """Tell how it stands now. It is worth what its inviter may do now: their right gone, it is revoked."""
        is_inviters = not self.is_door
        if self.revoked_at or (is_inviters and not (self.by.is_open and rules.may_invite(self.by, self.role))):
            return State.REVOKED
        if self.expires_at <= clock.now():
            return State.EXPIRED
        return State.OPEN if self.has_places else State.USED_UP


class Request(models.Model):
    """Somebody asks to come in: by an invitation that needs approval, or because they were removed once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sphere = models.ForeignKey(Sphere, on_delete=models.CASCADE, related_name="+")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Under which name they want to come in.
    name = models.CharField(max_length=80)
    asked_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    is_accepted = models.BooleanField(default=False)
    # What the sphere was called when they asked: whoever is not let in learns no newer name.
    asked_for = models.CharField(max_length=80, blank=True)
    # The letter that tells them the answer; nothing where none goes out. Its Message-ID is the request's number.
    letter = models.CharField(max_length=8, choices=LetterState, blank=True)
    taken_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "sphere"], condition=models.Q(decided_at=None), name="request_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Mailing(models.Model):
    """Invitations sent by mail in one go, each for one person; told to whoever sent them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sphere = models.ForeignKey(Sphere, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=Role, default=Role.MEMBER)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(default=clock.now)
    # How it stands, as told last.
    total = models.PositiveIntegerField()
    sent = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # Nothing waits any more.
    finished_at = models.DateTimeField(null=True)

    objects = MailingQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.id)


class Letter(Sealed):
    """One mail of a mailing. Its number is its Message-ID: sent again, it is known again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="+")
    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=8, choices=LetterState, default=LetterState.WAITING)
    # When a worker took it in hand: one that was killed leaves it so.
    taken_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # What the mail server said.
    failure = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = LetterRows()

    class Meta(Sealed.Meta):
        indexes = [models.Index(fields=["mailing", "state"], name="letter_state")]

    def __str__(self) -> str:
        return str(self.id)
