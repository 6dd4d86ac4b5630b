"""The verbs of messaging."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from journal import clock
from journal.errors import Conflict
from journal.merging import merged
from journal.recording import record
from journal.writing import action
from messaging import rules
from messaging.models import Conversation, Message
from spheres.models import Membership


def open_conversation(founder: Membership) -> Conversation:
    """Give a new sphere its first conversation, of everybody, in the sphere's own journal."""
    conversation = Conversation(sphere=founder.sphere, journal_id=founder.sphere.journal_id, created_at=clock.now())
    conversation.save(force_insert=True)
    record(conversation.journal_id, "opened", conversation, actor=founder.pk)
    return conversation


@action
def send_message(
    author: Membership, conversation: Conversation, *, id: UUID, body: str, said_at: datetime | None = None
) -> Message:
    """Say `body` in `conversation`; `said_at` is the device's time.

    Raises Refused if the author may not speak here, Conflict if `id` is taken.
    """
    rules.ensure_may_post(author, conversation)
    now = clock.now()
    message = Message(
        id=id,
        sphere=author.sphere,
        conversation=conversation,
        author=author,
        body=body,
        arrived_at=now,
        said_at=min(said_at or now, now),
    )
    try:
        with atomic():
            message.save(force_insert=True)
    except IntegrityError as taken:
        raise Conflict(_("This message was already sent with other words.")) from taken
    record(conversation.journal_id, "posted", message, actor=author.pk)
    return message


@action
def edit_message(editor: Membership, message: Message, *, body: str, seen: str) -> None:
    """Change the words of a message, merged with what changed since the editor saw `seen`.

    Raises Refused if the editor did not write it, Stale if both changed the same lines.
    """
    rules.ensure_may_edit(editor, message)
    message = _under_lock(message)
    value = merged(
        "body",
        seen=seen,
        mine=body,
        theirs=message.body,
        by=message.author.name,
        at=message.edited_at or message.arrived_at,
    )
    if value == message.body:
        return
    message.body, message.edited_at = value, clock.now()
    message.save(update_fields=["body", "edited_at"])
    record(message.conversation.journal_id, "edited", message, actor=editor.pk)


@action
def delete_message(member: Membership, message: Message) -> None:
    """Hide a message from everybody. Raises Refused if the member may not."""
    rules.ensure_may_delete(member, message)
    message = _under_lock(message)
    message.deleted_at = clock.now()
    message.save(update_fields=["deleted_at"])
    record(message.conversation.journal_id, "deleted", message, actor=member.pk, is_gone=True)


def _under_lock(message: Message) -> Message:
    # Re-read inside the transaction: on PostgreSQL the row is locked, so that two edits merge one after the other.
    found: Message = get_object_or_404(
        Message.objects.standing().select_for_update(of=("self",)).select_related("author", "conversation"),
        pk=message.pk,
    )
    return found
