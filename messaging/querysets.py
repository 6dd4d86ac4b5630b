"""The reads of messaging; each begins at what a membership reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models

from journal.models import Entry
from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from spheres.models import Membership


class ConversationQuerySet(SealedQuerySet[Any]):
    """Conversations."""

    def readable_by(self, membership: Membership) -> ConversationQuerySet:
        """Keep those whose journal the membership reads."""
        return self.filter(journal__readers__membership=membership, journal__readers__until=None)


class MessageQuerySet(SealedQuerySet[Any]):
    """Messages."""

    def standing(self) -> MessageQuerySet:
        """Keep those that were not deleted."""
        return self.filter(deleted_at=None)

    def readable_by(self, membership: Membership) -> MessageQuerySet:
        """Keep those that the membership reads: in its journals, and arrived while it read them."""
        return self.standing().reached_by(membership)

    def reached_by(self, membership: Membership) -> MessageQuerySet:
        """Keep those too that were deleted meanwhile, for whoever deletes them again."""
        seen = Entry.objects.current().filter(
            kind="messaging.message",
            object_id=models.OuterRef("pk"),
            journal__readers__membership=membership,
            journal__readers__until=None,
            first__gt=models.F("journal__readers__since"),
        )
        return self.filter(models.Exists(seen)).select_related("author", "conversation", "sphere", "thread")

    def with_files(self) -> MessageQuerySet:
        """Bring their files along (one query for all)."""
        attachments = self.model._meta.get_field("attachments").related_model.objects.whole()
        return self.prefetch_related(models.Prefetch("attachments", queryset=attachments, to_attr="attached"))

    def showing(self, file_id: UUID) -> MessageQuerySet:
        """Keep that in which a file is."""
        return self.filter(attachments__file=file_id)

    def of_author(self, author: Membership) -> MessageQuerySet:
        """Keep those whose words of `author` still stand, one journal after the other."""
        return self.standing().filter(author=author, withdrawn_at=None).order_by("conversation__journal_id", "pk")

    def under_lock(self) -> MessageQuerySet:
        """Hold them until the commit, with what their rows need."""
        held = self.select_for_update(of=("self",)).select_related("author", "conversation", "sphere")
        # Not joined: PostgreSQL gives whoever waited the row as it is now, and what is joined as it was before.
        return held.prefetch_related("thread").with_files()


class AttachmentQuerySet(SealedQuerySet[Any]):
    """Files in messages."""

    def whole(self) -> AttachmentQuerySet:
        """Bring along what rows say of them, in order."""
        return self.select_related("file__blob", "file__sphere").order_by("place")


def shows_file(membership: Membership, file_id: UUID) -> bool:
    """Whether a message that the membership reads has the file in it."""
    from messaging.models import Message  # noqa: PLC0415  # made of this module's querysets

    if not membership.sphere.has_tool("messaging"):
        return False
    found: bool = Message.objects.readable_by(membership).showing(file_id).exists()
    return found


AttachmentRows = SealedRows.from_queryset(AttachmentQuerySet)
ConversationRows = SealedRows.from_queryset(ConversationQuerySet)
MessageRows = SealedRows.from_queryset(MessageQuerySet)
