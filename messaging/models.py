"""Conversation, Message and Attachment."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from files.models import File
from journal import clock
from journal.ids import uuid7
from journal.models import Journal
from messaging.querysets import AttachmentRows, ConversationRows, MessageRows
from spheres.models import Membership
from spheres.seal import Sealed
from threads.models import Thread

LONGEST_BODY = 10_000
MOST_FILES = 20


class Conversation(Sealed):
    """A place to talk; whoever reads its journal reads it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    # Empty: the conversation of everybody in the sphere, which goes by the sphere's own name.
    title = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = ConversationRows()

    class Meta(Sealed.Meta):
        pass

    def __str__(self) -> str:
        return self.title or str(self.id)


class Message(Sealed):  # type: ignore[django-manager-missing]  # that of its attachments is made at run time
    """Something said; the device made its id, the server its place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    arrived_at = models.DateTimeField(default=clock.now)
    # The device's own time, clamped to the past: what the person's watch said when they wrote.
    said_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    # Its author left and the words went along; answers to it stay.
    withdrawn_at = models.DateTimeField(null=True)
    # Not as its author wanted it, but those who removed them.
    is_withdrawn_by_others = models.BooleanField(default=False)
    # Who is called in it by name.
    mentions = models.JSONField(default=dict)
    # What is answered to it, from the first answer on.
    thread = models.OneToOneField(Thread, on_delete=models.SET_NULL, null=True, related_name="+")

    objects: ClassVar[Any] = MessageRows()

    class Meta(Sealed.Meta):
        pass

    def __str__(self) -> str:
        return str(self.id)

    # Its files in their order, as every read that rows are made of brings them along.
    attached: list[Attachment]

    @property
    def journal_id(self) -> UUID:
        """Give the journal it lies in."""
        return self.conversation.journal_id

    @property
    def is_late(self) -> bool:
        """Whether it was written more than two minutes before it arrived."""
        return (self.arrived_at - self.said_at).total_seconds() > LATE_AFTER_SECONDS


LATE_AFTER_SECONDS = 120


class Attachment(Sealed):
    """A file in a message."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.OneToOneField(File, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()

    objects: ClassVar[Any] = AttachmentRows()

    class Meta(Sealed.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.file_id} in {self.message_id}"
