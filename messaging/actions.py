"""The verbs of messaging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from files.actions import attach, discard
from files.models import File
from journal import clock
from journal.errors import Conflict, Invalid
from journal.merging import merged
from journal.recording import record
from journal.writing import action, writing
from messaging import rules
from messaging.models import LONGEST_BODY, Attachment, Conversation, Message
from spheres.actions import erase_some_of
from spheres.models import Membership, Sphere
from spheres.querysets import was_ended_by_others
from spheres.rules import ensure_meant_for
from threads.actions import calls, close_thread
from threads.mentions import mentioned_in
from threads.subjects import in_order

LONGEST_WAIT = timedelta(days=90)


def open_conversation(founder: Membership) -> Conversation:
    """Give a new sphere its first conversation, of everybody, in the sphere's own journal."""
    conversation = Conversation(sphere=founder.sphere, journal_id=founder.sphere.journal_id, created_at=clock.now())
    conversation.save(force_insert=True)
    record(conversation.journal_id, "opened", conversation, actor=founder.pk)
    return conversation


@action
def send_message(
    author: Membership,
    conversation: Conversation,
    *,
    id: UUID,
    body: str,
    said_at: datetime | None = None,
    is_for_everybody: bool = True,
    files: Sequence[UUID] = (),
    alts: Sequence[str] = (),
) -> Message:
    """Say `body` in `conversation`; `said_at` is the device's time, `is_for_everybody` whether it may be published.

    `files` were sent before, and `alts` say what each of them shows.
    Raises Refused if the author may not speak here, or said it to the members of what everybody reads by now, or if
    a file is not here; Conflict if `id` is taken.
    """
    rules.ensure_may_post(author, conversation)
    ensure_meant_for(author, is_for_everybody=is_for_everybody)
    now = clock.now()
    message = Message(
        id=id,
        sphere=author.sphere,
        conversation=conversation,
        author=author,
        body=body,
        arrived_at=now,
        # A device's clock may be anything; what waits in an outbox waits 90 days at most.
        said_at=max(min(said_at or now, now), now - LONGEST_WAIT),
    )
    message.mentions = mentioned_in(author, message, body)
    if not message.insert():
        raise Conflict(_("This message was already sent with other words."), field="id")
    message.attached = [
        Attachment(sphere=author.sphere, message=message, file=file, place=place)
        for place, file in enumerate(attach(author, files, alts) if files else [])
    ]
    if message.attached:
        Attachment.objects.bulk_create(message.attached)
    told = partial(record, conversation.journal_id, "posted", message, actor=author.pk)
    in_order((conversation.journal_id, told), *calls(author, message))
    return message


@action
def edit_message(editor: Membership, message: Message, *, body: str, seen: str) -> None:
    """Change the words of a message, merged with what changed since the editor saw `seen`.

    Raises Refused if the editor did not write it, Stale if both changed the same lines, Invalid if both
    changes together are too long, Http404 if it was deleted.
    """
    rules.ensure_may_edit(editor, message)
    message = _under_lock(message)
    if message.deleted_at:
        raise Http404
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
    if len(value) > LONGEST_BODY:
        raise Invalid({"body": [_("Both changes together are too long. Cut your message in two.")]})
    before = message.mentions
    message.body, message.edited_at = value, clock.now()
    message.mentions = mentioned_in(editor, message, value)
    message.save(update_fields=["body", "mentions", "edited_at"])
    told = partial(record, message.journal_id, "edited", message, actor=editor.pk)
    in_order((message.journal_id, told), *calls(editor, message, before))


@action
def delete_message(member: Membership, message: Message) -> None:
    """Hide a message from everybody. Raises Refused if the member may not."""
    rules.ensure_may_delete(member, message)
    message = _under_lock(message)
    if message.deleted_at:
        return
    message.deleted_at = clock.now()
    message.save(update_fields=["deleted_at"])
    discard(attachment.file for attachment in message.attached)
    close_thread(message, member)
    record(message.conversation.journal_id, "deleted", message, actor=member.pk, is_gone=True)


def withdraw_messages(author: Membership, limit: int) -> int:
    """Take the words of a former member away, of at most `limit` messages, and give of how many."""

    def body() -> int:
        messages = Message.objects.of_author(author).under_lock()[:limit]
        is_by_others = was_ended_by_others(author)
        for message in messages:
            message.body, message.withdrawn_at, message.is_withdrawn_by_others = "", clock.now(), is_by_others
            message.mentions = {}
            message.save(update_fields=["body", "mentions", "withdrawn_at", "is_withdrawn_by_others"])
            _take_away_files(message)
            record(message.conversation.journal_id, "withdrawn", message, actor=author.pk)
        return len(messages)

    return writing(body)


def _take_away_files(message: Message) -> None:
    discard(attachment.file for attachment in message.attached)
    Attachment.objects.filter(message=message).delete()
    message.attached = []


def tell_of_file(file: File) -> None:
    """Tell a message anew whose file became ready, or failed; a part of what made it so."""
    message = Message.objects.standing().under_lock().showing(file.pk).first()
    if message is not None:
        record(message.conversation.journal_id, "prepared", message, actor=message.author_id)


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` of what was said in a sphere that is erased, its conversations last."""
    return erase_some_of(Message.objects.filter(sphere=sphere), limit) or erase_some_of(
        Conversation.objects.filter(sphere=sphere), limit
    )


def _under_lock(message: Message) -> Message:
    # Re-read inside the transaction: on PostgreSQL the row is locked, so that two edits merge one after the other.
    found: Message = get_object_or_404(Message.objects.under_lock(), pk=message.pk)
    return found
