"""The read that every message begins with, prepared."""

from __future__ import annotations

from django.db.models import UUIDField

from journal.prepared import Slot
from messaging.models import Conversation
from spheres.prepared import MEMBERSHIP
from spheres.seal import PreparedInside

conversation_of = PreparedInside(
    lambda: Conversation.objects.readable_by(MEMBERSHIP).filter(pk=Slot("pk", UUIDField()))
)
