"""The reads of messaging; each begins at what a membership reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from journal.models import Entry
from spheres.models import Reader
from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from spheres.models import Membership


def _journals_of(membership: Membership) -> models.QuerySet[Any]:
    return Reader.objects.open().filter(membership=membership).values("journal_id")


class ConversationQuerySet(SealedQuerySet[Any]):
    """Conversations."""

    def readable_by(self, membership: Membership) -> ConversationQuerySet:
        """Keep those whose journal the membership reads."""
        return self.filter(journal_id__in=_journals_of(membership))


class MessageQuerySet(SealedQuerySet[Any]):
    """Messages."""

    def standing(self) -> MessageQuerySet:
        """Keep those that were not deleted."""
        return self.filter(deleted_at=None)

    def readable_by(self, membership: Membership) -> MessageQuerySet:
        """Keep those that the membership reads: in its journals, and arrived while it read them."""
        seen = Entry.objects.current().filter(
            kind="messaging.message",
            object_id=models.OuterRef("pk"),
            journal__readers__membership=membership,
            journal__readers__until=None,
            first__gt=models.F("journal__readers__since"),
        )
        return self.standing().filter(models.Exists(seen)).select_related("author", "conversation")


ConversationRows = SealedRows.from_queryset(ConversationQuerySet)
MessageRows = SealedRows.from_queryset(MessageQuerySet)
