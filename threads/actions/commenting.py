"""Answering a thing by words: saying, changing, deleting, and what goes with whoever leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from journal import clock
from journal.errors import Conflict, Invalid
from journal.merging import merged
from journal.models import Entry
from journal.recording import record
from journal.writing import action, writing
from spheres.models import Membership
from spheres.querysets import was_ended_by_others
from spheres.rules import ensure_meant_for
from threads import rules
from threads.actions.holding import tell, thread_of
from threads.actions.mentioning import calls
from threads.mentions import mentioned_in
from threads.models import LONGEST_COMMENT, Comment, Thing, Thread
from threads.subjects import in_order, subject_of, subjects

LONGEST_WAIT = timedelta(days=90)


@action
def comment(
    author: Membership,
    thing: Thing,
    *,
    id: UUID,
    body: str,
    said_at: datetime | None = None,
    is_for_everybody: bool = True,
) -> Comment:
    """Answer a thing with words; `said_at` is the device's time, `is_for_everybody` whether it may be published.

    Raises Refused if the author may not answer, or said it to the members of what everybody reads by now, Conflict if
    `id` is taken, Http404 if the thing was deleted.
    """
    rules.ensure_may_answer(author, thing)
    ensure_meant_for(author, is_for_everybody=is_for_everybody)
    # Held, so that two who answer at once are both counted.
    thing = subject_of(thing).under_lock(thing.pk)
    thread = thread_of(thing)
    now = clock.now()
    said = Comment(
        id=id,
        sphere=author.sphere,
        within=thread,
        author=author,
        body=body,
        arrived_at=now,
        # A device's clock may be anything; what waits in an outbox waits 90 days at most.
        said_at=max(min(said_at or now, now), now - LONGEST_WAIT),
    )
    said.mentions = mentioned_in(author, said, body)
    if not said.insert():
        raise Conflict(_("This answer was already sent with other words."), field="id")
    _count(thread, 1)

    def told() -> Entry:
        tell(thing)
        return record(thread.journal_id, "commented", said, actor=author.pk)

    in_order((thread.journal_id, told), *calls(author, said))
    return said


@action
def edit_comment(editor: Membership, said: Comment, *, body: str, seen: str) -> None:
    """Change the words of a comment, merged with what changed since the editor saw `seen`.

    Raises Refused if the editor did not write it, Stale if both changed the same lines, Invalid if both changes
    together are too long, Http404 if it was deleted.
    """
    rules.ensure_may_edit(editor, said)
    said = _standing(said)
    at = said.edited_at or said.arrived_at
    value = merged("body", seen=seen, mine=body, theirs=said.body, by=said.author.name, at=at)
    if value == said.body:
        return
    if len(value) > LONGEST_COMMENT:
        raise Invalid({"body": [_("Both changes together are too long. Cut your answer in two.")]})
    before = said.mentions
    said.body, said.edited_at = value, clock.now()
    said.mentions = mentioned_in(editor, said, value)
    said.save(update_fields=["body", "mentions", "edited_at"])
    told = partial(record, said.journal_id, "edited", said, actor=editor.pk)
    in_order((said.journal_id, told), *calls(editor, said, before))


@action
def delete_comment(member: Membership, said: Comment) -> None:
    """Hide a comment from everybody. Raises Refused if the member may not."""
    rules.ensure_may_delete(member, said)
    # The thing first, then what answers it: so does whoever deletes both.
    thing = subjects[said.within.kind].find_under_lock(said.within.object_id)
    held: Comment = Comment.objects.under_lock().get(pk=said.pk)
    if held.deleted_at:
        return
    _hide(held)
    if thing is not None and thing.thread is not None:
        if thing.thread.accepted_id == held.pk:
            thing.thread.accepted = None
            thing.thread.save(update_fields=["accepted"])
        _count(thing.thread, -1)
        tell(thing)
    record(held.journal_id, "deleted", held, actor=member.pk, is_gone=True)


def close_thread(thing: Thing, by: Membership) -> None:
    """Hide what was answered to a thing that is held and is being deleted, within the action that deletes it."""
    if thing.thread is None:
        return
    for said in list(Comment.objects.within(thing.thread).under_lock()):
        _hide(said)
        record(said.journal_id, "deleted", said, actor=by.pk, is_gone=True)


def withdraw_comments(author: Membership, limit: int) -> int:
    """Take the words of a former member away, of at most `limit` comments, and give of how many."""

    def body() -> int:
        found = list(Comment.objects.of_author(author).under_lock()[:limit])
        is_by_others = was_ended_by_others(author)
        for said in found:
            said.body, said.withdrawn_at, said.is_withdrawn_by_others = "", clock.now(), is_by_others
            said.mentions = {}
            said.save(update_fields=["body", "mentions", "withdrawn_at", "is_withdrawn_by_others"])
            record(said.journal_id, "withdrawn", said, actor=author.pk)
        return len(found)

    return writing(body)


def _standing(said: Comment) -> Comment:
    # Re-read inside the transaction: on PostgreSQL the row is locked, so that two edits merge one after the other.
    held: Comment = Comment.objects.under_lock().get(pk=said.pk)
    if held.deleted_at:
        raise Http404
    return held


def _hide(said: Comment) -> None:
    said.deleted_at = clock.now()
    said.save(update_fields=["deleted_at"])


def _count(thread: Thread, by: int) -> None:
    thread.comments += by
    thread.save(update_fields=["comments"])
