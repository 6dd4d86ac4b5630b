"""A page is a shell and lists: declared once, rendered by the server, filled by the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from accounts.models import User
from journal.errors import Invalid
from journal.kinds import Row
from spheres import reading
from spheres.models import Membership, Mine
from spheres.seal import across
from spheres.slots import Card, slots

WINDOW = 30
# For short rows that are listed by name and not by arrival.
EVERYBODY = 500


@dataclass(frozen=True)
class One:
    """A list of one row; `id` names the address's part that tells which, none: the sphere itself."""

    kind: str
    id: str = ""


@dataclass(frozen=True)
class Many:
    """A list of the newest rows of a kind, of the thing that the address's part `parent` names."""

    kind: str
    parent: str = ""
    order: Literal["asc", "desc"] = "desc"
    role: Literal["list", "log"] = "list"
    has_older: bool = False
    # How many are shown first; the device adds the rest of its store when idle.
    window: int = WINDOW
    # Only those of which something under this key is mine.
    marked: str = ""


@dataclass
class LiveList:
    """What the `live_list` tag writes."""

    kind: str
    order: str = "desc"
    role: str = "list"
    parent: UUID | None = None
    object: UUID | None = None
    sphere: UUID | None = None
    window: int = WINDOW
    marked: str = ""
    rows: Sequence[Row] = ()
    marks: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    older: int | UUID | None = None
    # For everybody: without the numbers, which count what is hidden too.
    is_public: bool = False


class Page:
    """A view made of one heading row and lists.

    The heading decides whether the page exists for these memberships; without one it always does.
    """

    def __init__(
        self,
        template: str,
        *,
        heading: One | None = None,
        cards: bool = False,
        outside: bool = False,
        public: str = "",
        before_charter: bool = False,
        constants: Mapping[str, Any] | None = None,
        kept_by: Callable[[Membership], bool] | None = None,
        of_sphere: Callable[[Membership], Mapping[str, Any]] | None = None,
        **lists: Many,
    ) -> None:
        self.template = template
        # The same for everybody and in every shell.
        self.constants = constants or {}
        # The same for everybody in a sphere and in its shells.
        self.of_sphere = of_sphere
        self.heading = heading
        self.lists = lists
        self.shows_cards = cards
        # The template for somebody who is not in a public sphere; none: they do not see this page.
        self.public = public
        # Whose devices keep it; none: everybody's.
        self.kept_by = kept_by
        # Shown to a member who has not accepted the charter.
        self.before_charter = before_charter
        # Outside spheres: a page of the person, over all memberships.
        self.is_outside = outside

    def __call__(self, request: HttpRequest, **ids: UUID) -> HttpResponse:
        """Show the page. Raises Http404 where the heading is not to be read, Invalid for a wrong `before`."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if is_public(request):
            return render(request, self.public, self._context(request, ids))
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        return render(request, self.template, self._context(request, ids))

    def is_kept_by(self, person: User, membership: Membership | None) -> bool:
        """Whether the devices of this person, who is here by that membership, keep the page."""
        return membership is None or self.kept_by is None or self.kept_by(membership)

    def shell(self, request: HttpRequest, ids: dict[str, UUID]) -> str:
        """Render the page with nothing of any object, for the device to keep and to fill."""
        sphere = None if self.is_outside else _membership(request).sphere_id
        cards = self._cards(request)
        lists = {name: _empty(many, ids, sphere) for name, many in self._all_lists(cards).items()}
        heading = self._empty_heading(ids, sphere)
        context = self._named(lists, heading, ids, BLANK_ROW, cards) | self._about(request)
        return render_to_string(self.template, context, request)

    def _about(self, request: HttpRequest) -> dict[str, Any]:
        return dict(self.of_sphere(_membership(request))) if self.of_sphere else {}

    def _context(self, request: HttpRequest, ids: dict[str, UUID]) -> dict[str, Any]:
        person: Any = request.user
        membership = None if self.is_outside else _membership(request)
        reach = reading.reach_of(person) if membership is None else reading.reach([membership])
        sphere = membership.sphere_id if membership else None
        heading, row = self._empty_heading(ids, sphere), BLANK_ROW
        if heading is not None and heading.object is not None:
            found = reading.one(reach, heading.kind, heading.object)
            if found is None:
                raise Http404
            heading, row = replace(heading, rows=[found]), found
        before = _before_for_everybody(request, reach) if reach.is_everybody else _before(request)
        lists, cards = {}, self._cards(request)
        for name, many in self._all_lists(cards).items():
            empty = _empty(many, ids, sphere)
            narrowed = reach.within(row.journal) if empty.parent and heading else reach
            filled = _filled(empty, narrowed, before if many.has_older else None, has_older=many.has_older)
            lists[name] = _published(filled) if reach.is_everybody else filled
        if heading is not None and reach.is_everybody:
            heading = _published(heading)
        every = [*lists.values(), *([heading] if heading else [])]
        marks = _marks(reach.memberships, [row.id for live in every for row in live.rows])
        for live in every:
            live.marks = marks
        return self._named(lists, heading, ids, row, cards) | self._about(request)

    def _all_lists(self, cards: Sequence[Card]) -> dict[str, Many]:
        return self.lists | {f"card_{n}": card.rows for n, card in enumerate(cards)}

    def _cards(self, request: HttpRequest) -> list[Card]:
        if not self.shows_cards:
            return []
        sphere = _membership(request).sphere
        return sorted((card for card in slots.cards if sphere.has_tool(card.tool)), key=lambda card: card.order)

    def _empty_heading(self, ids: Mapping[str, UUID], sphere: UUID | None) -> LiveList | None:
        if self.heading is None:
            return None
        of_which = ids[self.heading.id] if self.heading.id else sphere
        return LiveList(kind=self.heading.kind, object=of_which, sphere=sphere, window=1)

    def _named(
        self,
        lists: dict[str, LiveList],
        heading: LiveList | None,
        ids: Mapping[str, UUID],
        row: Row,
        cards: Sequence[Card],
    ) -> dict[str, Any]:
        shown = [{"label": card.label, "empty": card.empty, "list": lists[f"card_{n}"]} for n, card in enumerate(cards)]
        return {
            **self.constants,
            **ids,
            "lists": lists | ({"heading": heading} if heading else {}),
            "cards": shown,
            "facts": row.facts,
        }


class Home(Page):
    """My day, over all my spheres; to whom a direct link opens one sphere, that sphere is home."""

    def __call__(self, request: HttpRequest, **ids: UUID) -> HttpResponse:
        """Show the day, or lead to the one sphere."""
        if request.user.is_authenticated and not request.user.has_own_way:
            only = Membership.objects.of(request.user).first()
            if only is not None and only.sphere.deleted_at:
                return render(request, "spheres/closed.html")
            if only is not None:
                return redirect("spheres:sphere", only.sphere.slug)
        return super().__call__(request, **ids)

    def is_kept_by(self, person: User, membership: Membership | None) -> bool:
        """Whether it is anything to this person."""
        return person.has_own_way


def is_responsible(member: Membership) -> bool:
    """Whether a page for those responsible is anything to a member; who becomes one is sent the shells anew."""
    return member.role == "administrator"


# What a shell knows of its heading: nothing.
BLANK_ROW = Row(
    journal=UUID(int=0), n=0, first=0, scope=None, kind="", id=UUID(int=0), parent=None, order=0, html="", facts={}
)


def _membership(request: HttpRequest) -> Membership:
    membership: Membership = request.membership  # type: ignore[attr-defined]  # set by SphereMiddleware
    return membership


def is_public(request: HttpRequest) -> bool:
    """Whether it comes from somebody who is not in the sphere, which everybody reads."""
    return bool(getattr(request, "is_public", False))  # set by SphereMiddleware


def _before(request: HttpRequest) -> int | None:
    value = request.GET.get("before", "")
    if not value:
        return None
    if not value.isdecimal() or len(value) > 18:
        raise Invalid({"before": []})
    return int(value)


def _before_for_everybody(request: HttpRequest, reach: reading.Reach) -> int | None:
    value = request.GET.get("before", "")
    if not value:
        return None
    try:
        first = reading.first_of(reach, UUID(value))
    except ValueError:
        first = None
    if first is None:
        raise Invalid({"before": []})
    return first


def _published(live: LiveList) -> LiveList:
    return replace(live, is_public=True, older=live.rows[0].id if live.older and live.rows else None)


def _empty(many: Many, ids: Mapping[str, UUID], sphere: UUID | None) -> LiveList:
    return LiveList(
        kind=many.kind,
        order=many.order,
        role=many.role,
        window=many.window,
        marked=many.marked,
        parent=ids[many.parent] if many.parent else None,
        sphere=sphere,
        # A device may hold less than there is: its page asks too, from where its own rows end.
        older=0 if many.has_older else None,
    )


def _filled(empty: LiveList, reach: reading.Reach, before: int | None, *, has_older: bool) -> LiveList:
    only = _marked(reach.memberships, empty.kind, empty.marked) if empty.marked else None
    rows = reading.newest(
        reach, empty.kind, parent=empty.parent, before=before, limit=empty.window + has_older, only=only
    )
    older = None
    if has_older and len(rows) > empty.window:
        rows = rows[1:]
        older = rows[0].first
    if empty.order == "desc":
        rows = rows[::-1]
    return replace(empty, rows=rows, older=older)


def _marked(memberships: Sequence[Membership], kind: str, key: str) -> list[UUID]:
    with across(memberships):
        mine = Mine.objects.filter(membership__in=memberships, kind=kind, key=key).exclude(value="")
        return list(mine.values_list("object_id", flat=True))


def _marks(memberships: Sequence[Membership], ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    if not ids or not memberships:
        return {}
    marks: dict[UUID, dict[str, str]] = {}
    with across(memberships):
        mine = Mine.objects.filter(membership__in=memberships, object_id__in=ids)
        for mark in mine:
            marks.setdefault(mark.object_id, {})[mark.key] = mark.value
    return marks
