"""Reacting to a thing, and taking that back."""

from __future__ import annotations

from functools import partial

from journal.writing import action, writing
from spheres.actions import mark
from spheres.models import Membership, Mine
from threads import rules
from threads.actions.holding import tell, thread_of
from threads.models import REACTION, Thing, reaction_of
from threads.subjects import in_order, subject_of, subjects


@action
def react(member: Membership, thing: Thing, *, reaction: str) -> None:
    """Put one's reaction to a thing, in the place of another; none takes it back. Everybody sees how many there are.

    Raises Refused if the member may not, Http404 if the thing was deleted.
    """
    rules.ensure_may_answer(member, thing)
    subject = subject_of(thing)
    # Held: of two who react at once the second counts on what the first left.
    thing = subject.under_lock(thing.pk)
    before = reaction_of(member, subject.kind, thing)
    if before == reaction:
        return
    thread = thread_of(thing)
    thread.count(before, -1)
    thread.count(reaction, 1)
    thread.save(update_fields=["tally"])
    in_order(
        (thing.journal_id, partial(tell, thing)),
        (
            member.journal_id,
            partial(mark, member, kind=subject.kind, object_id=thing.pk, key=REACTION, value=reaction),
        ),
    )


def take_reactions_back(former: Membership, limit: int) -> int:
    """Take back at most `limit` reactions of a former member whose posts are removed, and give how many."""

    def body() -> int:
        marks = Mine.objects.filter(membership=former, key=REACTION, kind__in=subjects).exclude(value="")
        some = list(marks.order_by("kind", "object_id")[:limit])
        # All are held before the first is told: whoever answers meanwhile waits here, and not for a journal.
        things = [subjects[one.kind].find_under_lock(one.object_id) for one in some]
        for one, thing in zip(some, things, strict=True):
            if thing is not None and thing.thread is not None:
                thing.thread.count(one.value, -1)
                thing.thread.save(update_fields=["tally"])
            one.value = ""
            # In a journal that nobody reads any more.
            one.save(update_fields=["value"])
        for thing in sorted((thing for thing in things if thing is not None), key=lambda thing: thing.journal_id):
            tell(thing)
        return len(some)

    return writing(body)
