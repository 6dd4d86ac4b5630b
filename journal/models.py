"""Journal, Entry and Receipt."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from journal import clock
from journal.ids import uuid7


class Journal(models.Model):
    """A numbered stream of entries with exactly one audience."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The sealed place it belongs to, by id; none for what a person has outside every place.
    scope = models.UUIDField(null=True, db_index=True)
    # Another epoch after a restore: numbers are used again with other content.
    epoch = models.UUIDField(default=uuid4)
    last_seq = models.BigIntegerField(default=0)
    # How often somebody stopped reading it: what was rendered before may name them.
    departures = models.PositiveIntegerField(default=0)
    # A cursor below it gets a snapshot: tombstones that old are gone.
    floor = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.id)


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads of the log and of the present state, which is the part of the log that nothing superseded."""

    def current(self) -> EntryQuerySet:
        """Keep the newest entry of each thing; the plain filter is what the partial indexes answer."""
        return self.filter(superseded=False)

    def changed_since(self, seq: int) -> EntryQuerySet:
        """Order what changed after number `seq`."""
        return self.current().filter(seq__gt=seq).order_by("seq")

    def listed(self, kind: str, parent: UUID | None = None) -> EntryQuerySet:
        """Keep the standing things of one kind, and of one parent where one is given, newest arrival first."""
        entries = self.current().filter(kind=kind, is_gone=False)
        return (entries.filter(parent_id=parent) if parent else entries).order_by("-first")


class Entry(models.Model):
    """One line of a journal: what happened to which thing."""

    pk = models.CompositePrimaryKey("journal_id", "seq")
    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, db_index=False)
    seq = models.BigIntegerField()
    # The thing's first number in this journal: an edit does not move it.
    first = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    object_id = models.UUIDField()
    parent_id = models.UUIDField(null=True)
    verb = models.CharField(max_length=32)
    actor = models.UUIDField(null=True)
    at = models.DateTimeField(default=clock.now)
    superseded = models.BooleanField(default=False, db_default=False)
    # Left out of lists, so that their cost does not grow with what was deleted. The feed trusts only what is found.
    is_gone = models.BooleanField(default=False, db_default=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                # Of whatever kind: the device makes ids, and what lies in a thing goes with the thing of that id.
                fields=["journal", "object_id"],
                condition=Q(superseded=False),
                name="entry_one_current",
            ),
            models.CheckConstraint(condition=Q(first__lte=F("seq")), name="entry_first_before_seq"),
        ]
        indexes = [
            models.Index(fields=["journal", "seq"], condition=Q(superseded=False), name="entry_changed"),
            models.Index(
                fields=["journal", "kind", "parent_id", "first"],
                condition=Q(superseded=False, is_gone=False),
                name="entry_listed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.verb} ({self.seq})"


class Receipt(models.Model):
    """The stored outcome of a command; holds no content and is kept 180 days."""

    pk = models.CompositePrimaryKey("user_id", "command")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_index=False)
    command = models.UUIDField()
    name = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now, db_index=True)
    outcome = models.CharField(max_length=8, choices=[("accepted", "accepted"), ("refused", "refused")])
    sentence = models.TextField(blank=True)
    # Where the last entry of an accepted command stands; none where nothing changed.
    journal = models.UUIDField(null=True)
    seq = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=64, blank=True)
    object_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return f"{self.name} {self.outcome}"
