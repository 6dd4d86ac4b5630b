"""Which things are answered to: each feature registers its own, and threads reach them by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from journal.models import Entry
from journal.work import open_work

if TYPE_CHECKING:
    from spheres.models import Membership
    from threads.models import Thing


@dataclass(frozen=True)
class Subject:
    """A kind of things that are answered to.

    The model has the fields of `Thing`; its rows say `readable_by(membership)`, `standing()` and `under_lock()`, which
    holds them until the commit with all that their kind's row needs.
    """

    kind: str
    model: type[Any]
    # Of its addresses: a sphere that does without that tool does without these answers too.
    namespace: str
    # The beginning of its addresses in a sphere, and the name of the id that follows.
    path: str
    id: str
    # Deletes a thing within the decision of somebody who may, and says nothing of who reported it.
    hide: Callable[[Membership, Any], None]
    # What a report of it copies: its words, and what else it says.
    text: Callable[[Any], str] = attrgetter("body")
    # Whether it is answered to by words too, and has a page for them.
    takes_comments: bool = True
    # The template of its rows' menu, drawn when it is opened; none: each row has its own in it.
    menu: str = ""

    def get(self, member: Membership, object_id: UUID) -> Thing:
        """Give a thing that `member` reads. Raises Http404."""
        return cast("Thing", get_object_or_404(self.model.objects.readable_by(member), pk=object_id))

    def find_under_lock(self, object_id: UUID) -> Thing | None:
        """Give a thing as now stored, held until the commit, or None if it is gone."""
        return cast("Thing | None", self.model.objects.standing().under_lock().filter(pk=object_id).first())

    def under_lock(self, object_id: UUID) -> Thing:
        """Give a thing as now stored, held until the commit. Raises Http404 if it is gone."""
        found = self.find_under_lock(object_id)
        if found is None:
            raise Http404
        return found

    def url(self, name: str, slug: str, object_id: UUID) -> str:
        """Give one of the addresses of a thing in the sphere of that slug."""
        return reverse(f"{self.namespace}:{name}", args=[slug, object_id])

    def places(self, slug: str, object_id: UUID) -> dict[str, str]:
        """Give the addresses that the menu of a thing leads to."""
        # A comment is answered by reactions alone.
        names = ("reaction", "bookmark", "report", *(["thread"] if self.takes_comments else []))
        return {f"{name}_url": self.url(name, slug, object_id) for name in names}


subjects: dict[str, Subject] = {}


def register(subject: Subject) -> None:
    """Let things of a kind be answered to."""
    subjects[subject.kind] = subject


def subject_of(thing: Thing) -> Subject:
    """Give the subject that a thing is of. Raises Http404 if nobody registered it."""
    found = next((subject for subject in subjects.values() if isinstance(thing, subject.model)), None)
    if found is None:
        raise Http404
    return found


Told = tuple[UUID, Callable[[], object]]


def in_order(*told: Told) -> None:
    """Tell several journals, in the order of their ids; the command is answered with what is named first."""
    answer: dict[int, object] = {}
    for place in sorted(range(len(told)), key=lambda place: told[place][0]):
        answer[place] = told[place][1]()
    work, entry = open_work(), answer.get(0)
    if work is not None and isinstance(entry, Entry):
        work.last = entry
