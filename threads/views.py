"""Pages and commands of threads, made for each kind of thing that is answered to; and those of comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from journal.commands import accepts
from journal.forms import cleaned
from journal.kinds import Row
from spheres.middleware import MemberRequest
from spheres.pages import EVERYBODY, LiveList, Many, One, Page, is_responsible
from spheres.slots import Card
from threads import actions
from threads.forms import CommentForm, EditForm, ReactionForm, ReportForm
from threads.models import BOOKMARK, Comment, Reason, Report, Thing
from threads.querysets import CommentQuerySet
from threads.subjects import Subject, subject_of, subjects

View = Callable[..., HttpResponse]


class ThreadPage(Page):
    """A thing and what is answered to it; its template is told the thing's id and addresses under one name for all."""

    def __init__(self, subject: Subject) -> None:
        comments = Many("threads.comment", parent=subject.id, order="asc", role="log", has_older=True)
        super().__init__("threads/thread.html", heading=One(subject.kind, subject.id), comments=comments)
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
        places = {name: f"{self.subject.namespace}:{name}" for name in ("reaction", "comments")}
        return named | {"object_id": ids[self.subject.id], "kind": self.subject.kind, "places": places}


# Views are made after every feature has registered what it has.
of_each: dict[str, Any] = {f"of_{n}": Many(kind, marked=BOOKMARK, window=EVERYBODY) for n, kind in enumerate(subjects)}
kept = Page("threads/kept.html", **of_each)
moderation = Page(
    "threads/moderation.html",
    kept_by=is_responsible,
    reports=Many("threads.report", order="asc", window=EVERYBODY),
)


class CommentPage(Page):
    """A page about one comment, where the sphere has the tool of what it answers."""

    def __call__(self, request: MemberRequest, **ids: UUID) -> HttpResponse:  # type: ignore[override]
        """Show the page. Raises Http404 where the comment is not to be read."""
        _comment(request, ids["comment_id"])
        return super().__call__(request, **ids)


edition_page = CommentPage("threads/edition.html", heading=One("threads.comment", "comment_id"))


def reaction(subject: Subject) -> View:
    """Make the view by which things of a kind are reacted to."""

    @accepts("threads.react.1", "threads.unreact.1")
    def view(request: MemberRequest, /, **ids: UUID) -> HttpResponse:
        thing = _found(request, subject, ids)
        is_taken_back = request.POST["_name"] == "threads.unreact.1"
        # A button in a row says in its address which one.
        said = {} if is_taken_back else cleaned(ReactionForm({**request.POST.dict(), **request.GET.dict()}))
        actions.react(request.membership, thing, reaction=said.get("of", ""))
        return _to_thread(thing)

    return view


def comments(subject: Subject) -> View:
    """Make the view by which things of a kind are answered with words."""

    @accepts("threads.comment.1", form=CommentForm)
    def view(request: MemberRequest, /, **ids: UUID) -> HttpResponse:
        thing = _found(request, subject, ids)
        actions.comment(request.membership, thing, **cleaned(CommentForm(request.POST)))
        return _to_thread(thing)

    return view


def report(subject: Subject) -> View:
    """Make the page and the view by which things of a kind are reported."""
    kind_of_page = Page if subject.takes_comments else CommentPage
    page = kind_of_page(
        "threads/report.html", heading=One(subject.kind, subject.id), constants={"reasons": Reason.choices}
    )

    @accepts("threads.report.1", page=page, form=ReportForm)
    def view(request: MemberRequest, /, **ids: UUID) -> HttpResponse:
        thing = _found(request, subject, ids)
        actions.report(request.membership, thing, **cleaned(ReportForm(request.POST)))
        return _to_thread(thing)

    return view


@accepts("threads.hide.1", "threads.leave.1")
def decision(request: MemberRequest, report_id: UUID) -> HttpResponse:
    """Hide what was reported, or leave it."""
    found: Report = get_object_or_404(Report.objects.readable_by(request.membership), pk=report_id)
    actions.decide(request.membership, found, is_hidden=request.POST["_name"] == "threads.hide.1")
    return redirect("threads:moderation", request.membership.sphere.slug)


def bookmark(subject: Subject) -> View:
    """Make the view by which things of a kind are kept for oneself."""

    @accepts("threads.keep.1", "threads.unkeep.1")
    def view(request: MemberRequest, /, **ids: UUID) -> HttpResponse:
        thing = _found(request, subject, ids)
        actions.keep(request.membership, thing, is_kept=request.POST["_name"] == "threads.keep.1")
        return redirect("threads:kept", request.membership.sphere.slug)

    return view


@accepts("threads.edit.1", page=edition_page, form=EditForm)
def edition(request: MemberRequest, comment_id: UUID) -> HttpResponse:
    """Change the words of one's own comment."""
    said = _comment(request, comment_id)
    actions.edit_comment(request.membership, said, **cleaned(EditForm(request.POST)))
    return _to_thread(said)


@accepts("threads.delete.1")
def deletion(request: MemberRequest, comment_id: UUID) -> HttpResponse:
    """Delete a comment; one that is gone already is deleted."""
    found = _comment(request, comment_id, Comment.objects.reached_by(request.membership))
    actions.delete_comment(request.membership, found)
    return _to_thread(found)


@accepts("threads.accept.1", "threads.unaccept.1")
def acceptance(request: MemberRequest, comment_id: UUID) -> HttpResponse:
    """Accept an answer, or take that back."""
    said = _comment(request, comment_id)
    actions.accept(request.membership, said, is_accepted=request.POST["_name"] == "threads.accept.1")
    return _to_thread(said)


def _found(request: MemberRequest, subject: Subject, ids: Mapping[str, UUID]) -> Thing:
    if subject.takes_comments:
        return subject.get(request.membership, ids[subject.id])
    return _comment(request, ids[subject.id])


def _comment(request: MemberRequest, comment_id: UUID, among: CommentQuerySet | None = None) -> Comment:
    readable = Comment.objects.readable_by(request.membership) if among is None else among
    found: Comment = get_object_or_404(readable, pk=comment_id)
    # Its own address is that of no tool; what it answers has one, which the sphere may do without.
    if not request.membership.sphere.has_tool(subjects[found.within.kind].namespace):
        raise Http404
    return found


def _to_thread(thing: Thing) -> HttpResponse:
    """Lead to the page of the answers that a thing has, or is one of."""
    within = thing.within if isinstance(thing, Comment) else None
    kind, object_id = (within.kind, within.object_id) if within else (subject_of(thing).kind, thing.pk)
    # Not redirect(): it would look for a view by the name of this address first.
    address = reverse(f"{subjects[kind].namespace}:thread", args=[thing.sphere.slug, object_id])
    return HttpResponseRedirect(address)
