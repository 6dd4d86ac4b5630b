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

from journal.rows import afresh
from spheres.models import Membership, ReadBy, Sphere
from spheres.reports.actions import Lines, appear, keep, undone, vanish
from spheres.reports.asking import Answer, Question, Visitor, answer, questions
from spheres.reports.models import Report

if TYPE_CHECKING:
    from collections.abc import Iterator

STRANGER, ANONYMOUS = "stranger", "anonymous"
# Made anew in every page: masked tokens (64 characters), and the numbers of commands.
EVER_NEW = re.compile(rb"\b[A-Za-z0-9]{64}\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Secrets:
    """What stands in no answer to a stranger but where they typed it themself."""

    marks: frozenset[bytes]

    @classmethod
    def of(cls, sphere: Sphere, things: Iterable[object]) -> Secrets:
        """Gather the ids of a sphere, of its people and of some things in it, and its slug."""
        people = Membership.objects.in_sphere(sphere.pk).values_list("pk", flat=True)
        ids = {sphere.slug, sphere.pk, sphere.journal_id, sphere.desk_id, *people, *things}
        return cls(frozenset(str(one).encode() for one in ids))

    def told_by(self, asked: Question, told: Answer) -> bool:
        """Whether an answer holds one that its question did not."""
        typed = f"{asked.path} {asked.body}".encode()
        return any(mark in told.whole and mark not in typed for mark in self.marks)


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
    there, differs, is_ever_new = undone(partial(_compared, sphere, question, who))
    if hidden.told_by(question, there):
        differs.append("ids")
    if not differs and not _is_expected(question, who, there):
        differs.append("unexpected")
    verdict = "told" if differs else "anew" if is_ever_new else "same"
    is_read_by_everybody = sphere.read_by == ReadBy.EVERYBODY and question.route.is_public
    if is_read_by_everybody and question.method == "GET" and there.status == 200:
        verdict, differs = "open", []
    size = 0 if is_ever_new else len(there.body)
    return {"who": who, "status": there.status, "size": size, "verdict": verdict, "differs": differs}


def _compared(sphere: Sphere, question: Question, who: str) -> tuple[Answer, list[str], bool]:
    """Give the answer, what it has otherwise than without the sphere, and whether it is never twice the same."""
    visitor = Visitor(sphere.pk, *appear()) if who == STRANGER else Visitor(sphere.pk)

    def without_it() -> Answer:
        vanish(sphere)
        return answer(question, visitor)

    there = undone(lambda: answer(question, visitor))
    differs = there.unlike(undone(without_it), EVER_NEW)
    # A secret that is drawn for each page differs by itself: that it does so here too says nothing of the sphere.
    if differs == ["words"] and there.unlike(undone(lambda: answer(question, visitor)), EVER_NEW) == differs:
        return there, [], True
    return there, differs, False


def _is_expected(question: Question, who: str, told: Answer) -> bool:
    """Whether an answer is the one of a seal that holds: that nothing is there, or that one signs in first."""
    if not question.route.is_of_something:
        return True
    if who == STRANGER:
        return told.status == 404
    return told.status == 401 or (told.status == 302 and told.location.startswith(reverse("account_login")))
