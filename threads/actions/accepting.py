"""Accepting one answer to a question."""

from __future__ import annotations

from django.http import Http404

from journal.recording import record
from journal.writing import action
from spheres.models import Membership
from threads import rules
from threads.actions.holding import tell
from threads.models import Comment
from threads.subjects import subjects


@action
def accept(by: Membership, said: Comment, *, is_accepted: bool = True) -> None:
    """Accept a comment as the answer to a question, in the place of another, or take that back.

    Raises Refused if `by` may not, Http404 if the question or the answer was deleted.
    """
    thing = subjects[said.within.kind].under_lock(said.within.object_id)
    rules.ensure_may_accept(by, thing)
    held = Comment.objects.under_lock().standing().filter(pk=said.pk).first()
    if held is None or thing.thread is None:
        raise Http404
    thread = thing.thread
    before = thread.accepted_id
    if (before == held.pk) == is_accepted:
        return
    thread.accepted = held if is_accepted else None
    thread.save(update_fields=["accepted"])
    tell(thing)
    for other in Comment.objects.under_lock().standing().filter(pk=before).exclude(pk=held.pk):
        other.within = thread
        record(thread.journal_id, "changed", other)
    held.within = thread
    record(thread.journal_id, "accepted" if is_accepted else "changed", held, actor=by.pk)
