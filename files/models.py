"""File, Chunk, Blob, Rendition, Step and Waste."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from files.querysets import BlobRows, ChunkRows, FileRows, StepQuerySet, WasteQuerySet
from journal import clock
from journal.ids import uuid7
from spheres.models import Membership, Sphere
from spheres.seal import Sealed

MIB = 1024 * 1024
# Bytes of one file, and of one part of it on its way.
LARGEST = 2 * 1024 * MIB
LARGEST_CHUNK = 2 * MIB
LONGEST_NAME = 160
LONGEST_ALT = 300
# How the names of pictures end, by type; the first is ours.
ENDINGS = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",)}


class State(models.TextChoices):
    """How far a file has come."""

    ARRIVING = "arriving", _("On its way")
    PREPARING = "preparing", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be prepared")


class Blob(Sealed):
    """Content, kept once in its sphere however often it was sent there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # SHA-256 of what was sent, hex; a picture is kept without what a camera writes beside it.
    sha256 = models.CharField(max_length=64)
    # Where the storage keeps it.
    stored = models.CharField(max_length=200)
    size = models.BigIntegerField()
    # The true type, by content.
    type = models.CharField(max_length=80)
    # Pixels, of a picture that was prepared.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = BlobRows()

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["sphere", "sha256"], name="blob_once")]

    def __str__(self) -> str:
        return str(self.id)


class Rendition(Sealed):
    """A smaller form of a blob: what lists and screens show."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=16)
    stored = models.CharField(max_length=200)
    size = models.BigIntegerField()
    type = models.CharField(max_length=80)

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["blob", "name"], name="rendition_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.blob_id}"


class File(Sealed):
    """One thing that somebody sent, under its name. The device made its id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sender = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=LONGEST_NAME)
    # What it shows, in words, for whoever does not see it.
    alt = models.CharField(max_length=LONGEST_ALT, blank=True)
    # Bytes in all, and how many have arrived, without a gap from the first one.
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State, default=State.ARRIVING)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)
    # A part of something that is said; until then it belongs to nobody but its sender.
    attached_at = models.DateTimeField(null=True)
    # Nothing shows it any more: it is erased by the clock.
    discarded_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = FileRows()

    class Meta(Sealed.Meta):
        indexes = [models.Index(fields=["discarded_at", "attached_at", "sent_at"], name="file_ends")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_whole(self) -> bool:
        """Whether all of it has arrived."""
        return self.state != State.ARRIVING

    @property
    def shown_name(self) -> str:
        """Give its name, ending as what it is now: a picture is kept in a form that every browser shows."""
        ending = ENDINGS.get(self.blob.type) if self.is_picture and self.blob else None
        if ending is None or self.name.lower().endswith(ending):
            return self.name
        stem, dot, _end = self.name.rpartition(".")
        return (stem if dot else self.name) + ending[0]

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as a picture."""
        return self.state == State.READY and self.blob is not None and self.blob.width is not None


class Chunk(Sealed):
    """A part of a file that arrived."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    offset = models.BigIntegerField()
    size = models.PositiveIntegerField()
    stored = models.CharField(max_length=200)

    objects: ClassVar[Any] = ChunkRows()

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["file", "offset"], name="chunk_once")]

    def __str__(self) -> str:
        return f"{self.offset} of {self.file_id}"


class Waste(models.Model):
    """Bytes in the storage that no row names, or soon none: erased by the clock. Names a place, and nobody."""

    stored = models.CharField(primary_key=True, max_length=200)
    due_at = models.DateTimeField()

    objects = WasteQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="waste_due")]

    def __str__(self) -> str:
        return self.stored


class StepName(models.TextChoices):
    """What is done with a file that arrived."""

    GATHER = "gather", _("Put together")
    PICTURE = "picture", _("Made fit for screens")


class Step(models.Model):
    """Something to be done with a file: waits, is tried again, and is found by the clock if its worker dies."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sphere = models.ForeignKey(Sphere, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=12, choices=StepName)
    # Begun, and not ended well or put off: a worker died of it.
    tries = models.PositiveSmallIntegerField(default=0)
    # Put off, because the storage was away.
    waits = models.PositiveSmallIntegerField(default=0)
    # Not before then; while somebody is at it, the moment at which they count as dead.
    due_at = models.DateTimeField(default=clock.now)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "name"], name="step_once")]
        indexes = [models.Index(fields=["due_at"], name="step_due")]

    def __str__(self) -> str:
        return f"{self.name} of {self.file_id}"
