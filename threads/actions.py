"""The verbs of threads."""

from __future__ import annotations

from functools import partial

from journal.recording import record
from journal.writing import action, writing
from spheres.actions import erase_some_of, mark
from spheres.models import Membership, Mine, Sphere
from threads import rules
from threads.models import REACTION, Thing, Thread, reaction_of
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
    thread = _thread_of(thing)
    thread.count(before, -1)
    thread.count(reaction, 1)
    thread.save(update_fields=["tally"])
    in_order(
        (thing.journal_id, partial(_tell, thing)),
        (
            member.journal_id,
            partial(mark, member, kind=subject.kind, object_id=thing.pk, key=REACTION, value=reaction),
        ),
    )


def _thread_of(thing: Thing) -> Thread:
    """Give the thread of a thing that is held, a new one to its first answer."""
    if thing.thread is None:
        kind = subject_of(thing).kind
        thing.thread = Thread(sphere=thing.sphere, journal_id=thing.journal_id, kind=kind, object_id=thing.pk)
        thing.thread.save(force_insert=True)
        thing.save(update_fields=["thread"])
    return thing.thread


def _tell(thing: Thing) -> None:
    # By nobody: who answered is told by the answer, and whose reaction it was by nothing.
    record(thing.journal_id, "changed", thing)  # type: ignore[arg-type]  # every Thing is a row of a model


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
            _tell(thing)
        return len(some)

    return writing(body)


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` rows of a sphere that is erased."""
    return erase_some_of(Thread.objects.filter(sphere=sphere), limit)
