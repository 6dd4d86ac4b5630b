"""The reads of files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models

from files import showing
from journal import clock
from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from files.models import Step
    from spheres.models import Membership

# What was sent and became a part of nothing is kept as long as a phone may take to come back.
UNATTACHED_LASTS = timedelta(days=14)
# What nothing shows any more.
DISCARDED_LASTS = timedelta(days=1)
# Bytes that no row names: longer than a backup takes, which reads the rows first, and than any step.
WASTE_LASTS = timedelta(days=1)


class FileQuerySet(SealedQuerySet[Any]):
    """Files."""

    def readable_by(self, membership: Membership, file_id: UUID) -> FileQuerySet:
        """Keep one file, if something that the membership reads shows it, or they sent it and nothing shows it yet."""
        found = self.select_related("blob", "sphere").filter(pk=file_id, discarded_at=None)
        if showing.is_shown_to(membership, file_id):
            return found
        return found.filter(sender=membership, attached_at=None)

    def whole(self, ids: Collection[UUID]) -> FileQuerySet:
        """Keep some, with what rows say of them."""
        return self.select_related("sphere", "blob").filter(pk__in=ids)

    def bytes_of(self, membership: Membership) -> int:
        """Add up what a membership sent and is in nothing, given up or not, and not erased yet."""
        loose = self.filter(sender=membership, attached_at=None)
        return int(loose.aggregate(sum=models.Sum("size"))["sum"] or 0)

    def sent_by(self, membership: Membership) -> FileQuerySet:
        """Keep those that a membership sent and that are still wanted."""
        return self.select_related("blob", "sphere").filter(sender=membership, discarded_at=None)

    def unattached(self) -> FileQuerySet:
        """Keep those that are a part of nothing yet."""
        return self.filter(attached_at=None, discarded_at=None)

    def to_erase(self) -> FileQuerySet:
        """Keep those that nothing shows any more, and those that nothing ever did."""
        now = clock.now()
        forgotten = models.Q(attached_at=None, sent_at__lte=now - UNATTACHED_LASTS)
        return self.filter(models.Q(discarded_at__lte=now - DISCARDED_LASTS) | forgotten)

    def under_lock(self) -> FileQuerySet:
        """Hold them until the commit. Not with their content: what is joined is as it was before the wait."""
        return self.select_for_update(of=("self",), no_key=True).select_related("sphere")


class ChunkQuerySet(SealedQuerySet[Any]):
    """Parts on their way."""

    def in_order(self, file_id: UUID) -> ChunkQuerySet:
        """Keep those of a file, the first one first."""
        return self.filter(file=file_id).order_by("offset")


class BlobQuerySet(SealedQuerySet[Any]):
    """Contents."""

    def under_lock(self) -> BlobQuerySet:
        """Hold them until the commit."""
        return self.select_for_update(of=("self",))

    def of_no_file(self) -> BlobQuerySet:
        """Keep those that no file has any more."""
        files = self.model._meta.apps.get_model("files", "File").objects.filter(blob=models.OuterRef("pk"))
        return self.filter(~models.Exists(files))


class WasteQuerySet(models.QuerySet[Any]):
    """Bytes to be erased."""

    def due(self) -> WasteQuerySet:
        """Keep those whose time has come."""
        return self.filter(due_at__lte=clock.now()).order_by("due_at")


class StepQuerySet(models.QuerySet["Step"]):
    """Steps."""

    def due(self) -> StepQuerySet:
        """Keep those whose time has come, the oldest first."""
        return self.filter(due_at__lte=clock.now()).order_by("due_at")

    def claim(self, pk: UUID, lease: timedelta) -> Step | None:
        """Take one that is due, for as long as `lease`; None where it is done, not due, or somebody's."""
        now = clock.now()
        taken = self.filter(pk=pk, due_at__lte=now)
        if not taken.update(due_at=now + lease, tries=models.F("tries") + 1):
            return None
        return self.select_related("sphere").get(pk=pk)


FileRows = SealedRows.from_queryset(FileQuerySet)
ChunkRows = SealedRows.from_queryset(ChunkQuerySet)
BlobRows = SealedRows.from_queryset(BlobQuerySet)
