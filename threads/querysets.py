"""The reads of threads; each begins at what a membership reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from journal.models import Entry
from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from uuid import UUID

    from spheres.models import Membership
    from threads.models import Thread


class CommentQuerySet(SealedQuerySet[Any]):
    """Comments."""

    def standing(self) -> CommentQuerySet:
        """Keep those that were not deleted."""
        return self.filter(deleted_at=None)

    def readable_by(self, membership: Membership) -> CommentQuerySet:
        """Keep those that the membership reads: in its journals, and arrived while it read them."""
        return self.standing().reached_by(membership)

    def reached_by(self, membership: Membership) -> CommentQuerySet:
        """Keep those too that were deleted meanwhile, for whoever deletes them again."""
        seen = Entry.objects.current().filter(
            kind="threads.comment",
            object_id=models.OuterRef("pk"),
            journal__readers__membership=membership,
            journal__readers__until=None,
            first__gt=models.F("journal__readers__since"),
        )
        return self.filter(models.Exists(seen)).whole()

    def whole(self) -> CommentQuerySet:
        """Bring along what their rows need."""
        return self.select_related("author", "sphere", "within", "thread")

    def within(self, thread: Thread) -> CommentQuerySet:
        """Keep those that stand in a thread, in the order in which whoever holds several holds them."""
        return self.standing().filter(within=thread).order_by("pk")

    def of_author(self, author: Membership) -> CommentQuerySet:
        """Keep those whose words of `author` still stand, one journal after the other."""
        return self.standing().filter(author=author, withdrawn_at=None).order_by("within__journal_id", "pk")

    def under_lock(self) -> CommentQuerySet:
        """Hold them until the commit, with what their rows need."""
        held = self.select_for_update(of=("self",)).select_related("author", "sphere")
        # Not joined: PostgreSQL gives whoever waited the row as it is now, and what is joined as it was before.
        return held.prefetch_related("within", "thread")


class ReportQuerySet(SealedQuerySet[Any]):
    """Reports."""

    def waiting(self) -> ReportQuerySet:
        """Keep those that nobody has decided, with what their rows need."""
        return self.filter(decided_at=None).select_related("author", "by", "sphere", "by__sphere")

    def readable_by(self, membership: Membership) -> ReportQuerySet:
        """Keep those of a sphere whose desk the membership reads, the decided ones too."""
        readers = {"sphere__desk__readers__membership": membership, "sphere__desk__readers__until": None}
        return self.select_related("sphere").filter(**readers)

    def about(self, kind: str, object_id: UUID) -> ReportQuerySet:
        """Keep those of one thing that wait, held until the commit."""
        return self.waiting().filter(kind=kind, object_id=object_id).select_for_update(of=("self",)).order_by("pk")


ReportRows = SealedRows.from_queryset(ReportQuerySet)
CommentRows = SealedRows.from_queryset(CommentQuerySet)
