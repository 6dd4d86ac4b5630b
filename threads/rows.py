"""The row of a comment, and what rows say of the answers to them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from journal.ids import NOBODY
from journal.kinds import Facts, Kind
from spheres.models import Membership, Sphere
from spheres.rows import hue_of, initials
from threads.models import Comment, Report, Thread
from threads.subjects import subject_of, subjects

if TYPE_CHECKING:
    from threads.models import Thing

# The parts of a row's template: who says what and when, and what is answered to it; and the facts that they alone need.
WORDS = ("threads/_words.html", "files/_files.html", "threads/_when.html")
FOOT = ("threads/_foot.html", "threads/_reaction.html")
FOR_FOOT = ("tally", "thread_url", "reaction_url", "bookmark_url", "report_url")


def answers_to(thing: Thing) -> Facts:
    """Give what the row of a thing says of its answers; of one that waits to be sent, nothing."""
    if thing.pk == NOBODY:
        return UNANSWERED
    places = subject_of(thing).places(thing.sphere.slug, thing.pk)
    return {
        "tally": thing.thread.tally if thing.thread else {},
        "comments": thing.thread.comments if thing.thread else 0,
        "answered": thing.thread is not None and thing.thread.accepted_id is not None,
        **places,
    }


# For somebody who is not in the place: counts, and nothing to answer by.
TO_EVERYBODY: Facts = {"thread_url": "", "reaction_url": "", "bookmark_url": "", "report_url": ""}
UNANSWERED: Facts = {"tally": {}, "comments": 0, "answered": False} | TO_EVERYBODY


class CommentKind(Kind[Comment]):
    """Words that answer a thing."""

    name = "threads.comment"
    model = Comment
    template = "threads/_comment.html"
    includes = (*WORDS, *FOOT, "threads/_actions.html")
    journal = "within__journal_id"
    # The newest of a journal, whatever they answer: a window for each thing would be asked for a thousand times.
    window = 200
    is_told_from_memory = True
    for_template = frozenset(("former", "initials", "hue", "edit_url", "delete_url", "accept_url", *FOR_FOOT))

    def things(self) -> QuerySet[Comment]:
        """Give the comments of the open spheres that stand, with their authors."""
        found: QuerySet[Comment] = Comment.objects.standing().whole()
        return found

    def parent(self, thing: Comment) -> UUID | None:
        """Lie in what it answers."""
        return thing.within.object_id

    def facts(self, thing: Comment) -> Facts:
        """Give who said what and when."""
        return {
            "author": str(thing.author_id),
            "author_name": thing.author.name if thing.author.is_open else "",
            "former": not thing.author.is_open,
            "initials": initials(thing.author.name) if thing.author.is_open else "",
            "hue": hue_of(thing.author_id),
            "body": thing.body,
            "at": thing.arrived_at.isoformat(timespec="seconds"),
            "said_at": thing.said_at.isoformat(timespec="seconds"),
            "edited": thing.edited_at is not None,
            "withdrawn": thing.withdrawn_at is not None,
            "withdrawn_by_others": thing.is_withdrawn_by_others,
            "late": thing.is_late,
            "accepted": thing.within.accepted_id == thing.pk and thing.pk != NOBODY,
            "edit_url": reverse("threads:edition", args=[thing.sphere.slug, thing.pk]),
            "delete_url": reverse("threads:deletion", args=[thing.sphere.slug, thing.pk]),
            "accept_url": reverse("threads:acceptance", args=[thing.sphere.slug, thing.pk]),
            **answers_to(thing),
        }

    def blank(self) -> Comment:
        """Give a comment that says nothing, by nobody yet."""
        sphere = Sphere(id=NOBODY, slug="blank")
        nobody = Membership(id=NOBODY, sphere=sphere, name="")
        return Comment(id=NOBODY, sphere=sphere, within=Thread(object_id=NOBODY), author=nobody, body="")


class ReportKind(Kind[Report]):
    """Something that somebody reported, told to those who decide about it; by whom is told to nobody."""

    name = "threads.report"
    model = Report
    template = "threads/_report.html"
    journal = "sphere__desk_id"
    is_standing = True
    for_template = frozenset(("thread_url", "decision_url"))

    def things(self) -> QuerySet[Report]:
        """Give the reports that nobody has decided."""
        found: QuerySet[Report] = Report.objects.waiting()
        return found

    def facts(self, thing: Report) -> Facts:
        """Give what was reported, and why."""
        subject = subjects[thing.kind]
        page = f"{subject.namespace}:thread" if subject.takes_comments else ""
        return {
            "of": str(thing.author_id) if thing.author.is_open else "",
            "of_name": thing.author.name if thing.author.is_open else "",
            "reason": thing.reason,
            "words": thing.words,
            "copy": thing.copy,
            "at": thing.reported_at.isoformat(timespec="seconds"),
            "thread_url": reverse(page, args=[thing.sphere.slug, thing.object_id]) if page else "",
            "decision_url": reverse("threads:decision", args=[thing.sphere.slug, thing.pk]),
        }
