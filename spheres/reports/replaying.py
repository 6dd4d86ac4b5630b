"""The run: each question is put to the site as it is, and to one in which the sphere is not there.

A stranger who is told the same both times has learned nothing. Both worlds are the write transaction, undone after each
question; requests go through the whole of the site, in this process, with a session and cookies as a browser has them.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.urls import reverse, set_urlconf
from django.utils import translation
from django.utils.html import escape

from journal.rows import afresh
from spheres.models import Membership, ReadBy, Sphere
from spheres.reports.actions import Lines, appear, disguise, keep, undone, vanish
from spheres.reports.asking import Answer, Question, Visitor, answer, questions
from spheres.reports.models import Report
from spheres.reports.querysets import public_of, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

STRANGER, ANONYMOUS = "stranger", "anonymous"
# Made anew in every page: masked tokens (64 characters), and the numbers of commands.
EVER_NEW = re.compile(rb"\b[A-Za-z0-9]{64}\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# A shorter word may stand anywhere; and so many of the newest rows of a model are looked for.
SHORTEST, NEWEST = 4, 20


@dataclass(frozen=True)
class Secrets:
    """What stands in no answer to a stranger but where they typed it themself."""

    marks: frozenset[bytes]
    # Those that stand on no page of a public sphere either.
    inner: frozenset[bytes]
    # May be words of the site too: to be looked for where the other world's answer has them not.
    words: frozenset[bytes]

    @classmethod
    def of(cls, sphere: Sphere, things: Iterable[UUID]) -> Secrets:
        """Gather the ids of a sphere, of its people and of some things in it, its slug, and what is written there."""
        people = Membership.objects.ever_in(sphere).values_list("pk", flat=True)
        hidden = {sphere.desk_id, sphere.roll_id} - {sphere.journal_id}
        inner = {*hidden, *people, *({*things} - public_of(things))} - {sphere.pk}
        marks = {sphere.slug, sphere.pk, sphere.journal_id, *inner, *things}
        words = {word for word in words_in(sphere, NEWEST) if len(word) >= SHORTEST}
        return cls(_bytes(marks), _bytes(inner), _bytes(words | {escape(word) for word in words}))

    def told_by(self, asked: Question, told: Answer, *, is_open: bool) -> bool:
        """Whether an answer holds an id that its question did not, and on an open page one that is not everybody's."""
        typed = f"{asked.path} {asked.body}".encode()
        return any(mark in told.whole and mark not in typed for mark in (self.inner if is_open else self.marks))

    def said_by(self, told: Answer, other: Answer) -> bool:
        """Whether an answer holds words of the sphere that the other world's does not."""
        return any(word in told.body and word not in other.body for word in self.words)


def _bytes(marks: Iterable[object]) -> frozenset[bytes]:
    return frozenset(str(mark).encode() for mark in marks)


def check(sphere: Sphere, *, pause: float = 0.0) -> Report | None:
    """Ask everything about one sphere and keep the report; None where there is one of today already."""
    return keep(sphere, replay(sphere, pause=pause))


def replay(sphere: Sphere, *, pause: float = 0.0) -> dict[str, Lines]:
    """Put every question as a stranger and as nobody, `pause` seconds apart; give the lines by part of the site."""
    asked, things = questions(sphere)
    hidden = Secrets.of(sphere, things)
    parts: dict[str, Lines] = defaultdict(list)
    with _as_the_site_speaks(), afresh():
        for question in asked:
            said = []
            for who in (STRANGER, ANONYMOUS):
                said.append(_line(sphere, question, who, hidden))
                time.sleep(pause)
            line = {"method": question.method, "pattern": question.route.shown, "answers": said}
            parts[question.route.namespace].append(line)
    return dict(parts)


@contextmanager
def _as_the_site_speaks() -> Iterator[None]:
    with translation.override(None):
        try:
            yield
        finally:
            set_urlconf(None)


def _line(sphere: Sphere, question: Question, who: str, hidden: Secrets) -> dict[str, object]:
    line = _judged(sphere, question, who, hidden)
    # Whoever changed something between the two worlds did so once: a leak is there again.
    return line if line["verdict"] != "told" else _judged(sphere, question, who, hidden)


def _judged(sphere: Sphere, question: Question, who: str, hidden: Secrets) -> dict[str, object]:
    there, differs, is_ever_new = undone(partial(_compared, sphere, question, who, hidden))
    is_open = _is_open(sphere, question, there)
    if hidden.told_by(question, there, is_open=is_open):
        differs.append("ids")
    if not differs and not is_open and not _is_expected(question, who, there):
        differs.append("unexpected")
    verdict = "told" if differs else "open" if is_open else "anew" if is_ever_new else "same"
    size = 0 if is_ever_new else len(there.body)
    return {"who": who, "status": there.status, "size": size, "verdict": verdict, "differs": differs}


def _is_open(sphere: Sphere, question: Question, told: Answer) -> bool:
    """Whether everybody reads this page of a public sphere."""
    is_public = sphere.read_by == ReadBy.EVERYBODY and question.route.is_public
    return is_public and question.method == "GET" and told.status in {200, 404}  # shown, or not one of its things


def _compared(sphere: Sphere, question: Question, who: str, hidden: Secrets) -> tuple[Answer, list[str], bool]:
    """Give the answer, what it has otherwise than in the other world, and whether it is never twice the same.

    The other world is one without the sphere; where everybody reads the page, one that differs in what only members
    see.
    """
    visitor = Visitor(sphere.pk, *appear()) if who == STRANGER else Visitor(sphere.pk)

    def here() -> Answer:
        return answer(question, visitor)

    there = undone(here)
    is_open = _is_open(sphere, question, there)

    def elsewhere() -> Answer:
        (disguise if is_open else vanish)(sphere)
        return answer(question, visitor)

    other = undone(elsewhere)
    differs = there.unlike(other, EVER_NEW)
    is_ever_new = differs == ["words"] and there.unlike(again := undone(here), EVER_NEW) == differs
    if is_ever_new:
        # A secret that is drawn for each page differs by itself, and says nothing of the sphere. The rest may.
        kept, kept_there = there.shared_with(again, EVER_NEW), other.shared_with(undone(elsewhere), EVER_NEW)
        if kept == kept_there and not hidden.said_by(there, other):
            return there, [], True
    return there, (["inner"] if is_open and differs else differs), is_ever_new


def _is_expected(question: Question, who: str, told: Answer) -> bool:
    """Whether an answer is the one of a seal that holds: that nothing is there, or that one signs in first."""
    if not question.route.is_of_something:
        return True
    if who == STRANGER:
        return told.status == 404
    return told.status == 401 or (told.status == 302 and told.location.startswith(reverse("account_login")))
