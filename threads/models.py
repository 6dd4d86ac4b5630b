"""Thread, Comment, Report, and what a thing must have to be answered to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from journal import clock
from journal.ids import uuid7
from journal.models import Journal
from spheres.models import Membership, Mine
from spheres.seal import Sealed
from threads.querysets import CommentRows, ReportRows

if TYPE_CHECKING:
    from spheres.models import Sphere

LONGEST_COMMENT = 10_000
LATE_AFTER_SECONDS = 120
# The keys of what is mine about a thing.
REACTION = "reaction"
BOOKMARK = "bookmark"
REPORTED = "report"
MENTION = "mention"
LONGEST_WORDS = 500


class Thread(Sealed):
    """What is answered to one thing, in that thing's journal; made with the first answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=64)
    object_id = models.UUIDField()
    # How often each reaction stands; whose they are is told to each of them alone.
    tally = models.JSONField(default=dict)
    # How many comments stand.
    comments = models.PositiveIntegerField(default=0)
    # The answer that whoever asked, or a publisher, accepted.
    accepted = models.ForeignKey("threads.Comment", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta(Sealed.Meta):
        # Of another kind, elsewhere, somebody may have made a thing of the same id.
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="thread_one_each")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    def count(self, reaction: str, by: int) -> None:
        """Count `by` more of a reaction; of none of them nothing is left, and of no reaction nothing is counted."""
        number = self.tally.get(reaction, 0) + by
        others = {name: stands for name, stands in self.tally.items() if name != reaction}
        self.tally = others | ({reaction: number} if reaction and number > 0 else {})


class Comment(Sealed):
    """Words that answer a thing; the device made its id, the server its place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The thread that it is a part of.
    within = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    arrived_at = models.DateTimeField(default=clock.now)
    # The device's own time, clamped to the past: what the person's watch said when they wrote.
    said_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    # Its author left and the words went along.
    withdrawn_at = models.DateTimeField(null=True)
    # Not as its author wanted it, but those who removed them.
    is_withdrawn_by_others = models.BooleanField(default=False)
    # Who is called in it by name.
    mentions = models.JSONField(default=dict)
    # The reactions to it.
    thread = models.OneToOneField(Thread, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[Any] = CommentRows()

    class Meta(Sealed.Meta):
        pass

    def __str__(self) -> str:
        return str(self.id)

    @property
    def journal_id(self) -> UUID:
        """Give the journal it lies in."""
        return self.within.journal_id

    @property
    def is_late(self) -> bool:
        """Whether it was written more than two minutes before it arrived."""
        return (self.arrived_at - self.said_at).total_seconds() > LATE_AFTER_SECONDS


class Reason(models.TextChoices):
    """Why somebody reports a thing."""

    HURTS = "hurts", _("It insults or threatens somebody")
    PRIVATE = "private", _("It tells what is private")
    ADVERTISES = "advertises", _("It advertises, or tries to cheat")
    OTHER = "other", _("Something else")


class Report(Sealed):
    """That somebody wants those responsible to look at a thing; who it was is told to nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=64)
    object_id = models.UUIDField()
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=Reason)
    words = models.CharField(max_length=LONGEST_WORDS, blank=True)
    # What whoever reported it saw: it may be another by now, or gone, or nobody else's to read.
    copy = models.TextField()
    reported_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    is_hidden = models.BooleanField(default=False)

    objects: ClassVar[Any] = ReportRows()

    class Meta(Sealed.Meta):
        indexes = [models.Index(fields=["object_id"], name="report_of")]

    def __str__(self) -> str:
        return str(self.id)


class Thing(Protocol):
    """What a thing of a feature has, to be answered to; `thread` is its own key to its thread."""

    pk: UUID
    sphere: Sphere
    author: Membership
    thread: Thread | None
    body: str
    mentions: dict[str, list[str]]

    objects: ClassVar[Any]

    @property
    def journal_id(self) -> UUID:
        """Give the journal that it lies in."""

    def save(self, *, update_fields: list[str]) -> None:
        """Save these fields."""


def reaction_of(member: Membership, kind: str, thing: Thing) -> str:
    """Give the reaction of `member` to a thing, or nothing."""
    mine = Mine.objects.filter(membership=member, kind=kind, object_id=thing.pk, key=REACTION)
    return mine.values_list("value", flat=True).first() or ""
