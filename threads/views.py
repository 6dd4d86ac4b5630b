"""Pages and commands of threads, made for each kind of thing that is answered to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect

from journal.commands import accepts
from journal.forms import cleaned
from journal.kinds import Row
from spheres.middleware import MemberRequest
from spheres.pages import LiveList, One, Page
from spheres.slots import Card
from threads import actions
from threads.forms import ReactionForm
from threads.subjects import Subject

View = Callable[..., HttpResponse]


class ThreadPage(Page):
    """A thing and what is answered to it; its template is told the thing's id and addresses under one name for all."""

    def __init__(self, subject: Subject) -> None:
        super().__init__("threads/thread.html", heading=One(subject.kind, subject.id))
        self.subject = subject

    def _named(
        self,
        lists: dict[str, LiveList],
        heading: LiveList | None,
        ids: Mapping[str, UUID],
        row: Row,
        cards: Sequence[Card],
    ) -> dict[str, Any]:
        named = super()._named(lists, heading, ids, row, cards)
        places = {name: f"{self.subject.namespace}:{name}" for name in ("reaction",)}
        return named | {"object_id": ids[self.subject.id], "kind": self.subject.kind, "places": places}


def reaction(subject: Subject) -> View:
    """Make the view by which things of a kind are reacted to."""

    @accepts("threads.react.1", "threads.unreact.1")
    def view(request: MemberRequest, /, **ids: UUID) -> HttpResponse:
        thing = subject.get(request.membership, ids[subject.id])
        is_taken_back = request.POST["_name"] == "threads.unreact.1"
        # A button in a row says in its address which one.
        said = {} if is_taken_back else cleaned(ReactionForm({**request.POST.dict(), **request.GET.dict()}))
        actions.react(request.membership, thing, reaction=said.get("of", ""))
        # Not redirect(): it would look for a view by the name of this address first.
        return HttpResponseRedirect(subject.url("thread", thing))

    return view
