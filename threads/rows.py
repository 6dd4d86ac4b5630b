"""What rows say of the answers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from journal.ids import NOBODY
from journal.kinds import Facts
from threads.subjects import subject_of

if TYPE_CHECKING:
    from threads.models import Thing

# The parts of a row's template that show them, and the facts that it alone needs.
FOOT = ("threads/_foot.html", "threads/_reaction.html", "threads/_actions.html")
FOR_FOOT = ("tally", "thread_url", "reaction_url")


def answers_to(thing: Thing) -> Facts:
    """Give what the row of a thing says of its answers; of one that waits to be sent, nothing."""
    if thing.pk == NOBODY:
        return UNANSWERED
    subject = subject_of(thing)
    return {
        "tally": thing.thread.tally if thing.thread else {},
        "thread_url": subject.url("thread", thing),
        "reaction_url": subject.url("reaction", thing),
    }


UNANSWERED: Facts = {"tally": {}, "thread_url": "", "reaction_url": ""}
# For somebody who is not in the place: counts, and nothing to answer by.
TO_EVERYBODY: Facts = {"thread_url": "", "reaction_url": ""}
