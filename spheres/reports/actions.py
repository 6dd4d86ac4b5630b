"""The verbs of reports: keeping what came of a run; and, for the run itself, writing what is undone at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from django.db.models import CharField, Model, QuerySet, Value
from django.db.models.functions import Cast, Concat, Right
from django.db.transaction import atomic

from accounts.actions import create_user, open_session
from accounts.entering import SessionStore
from accounts.models import User
from journal import clock, kinds
from journal.ids import uuid7
from journal.recording import record
from journal.writing import writing
from spheres.actions import erase_some_of
from spheres.models import CONTACTS, Membership, Sphere
from spheres.reports.models import Part, Report, is_answered
from spheres.reports.querysets import LEAKED, OUTDATED, believed_since, texts_of, today, written_in_spheres
from spheres.seal import inside

T = TypeVar("T")
Lines = list[dict[str, Any]]
# So many rows of a model are made otherwise, the newest, and of members all: each question writes them anew, and
# PostgreSQL keeps what was undone until it is vacuumed.
MOST_ALTERED = 200
# Eight made up, and as many of a row's own as leave two rows apart where two must not be alike.
OF_THE_ROW = 16


class _Undone(Exception):
    def __init__(self, result: Any) -> None:
        super().__init__()
        self.result = result


def undone(body: Callable[[], T]) -> T:
    """Run `body` in the write transaction, and undo all that it wrote: nobody is told of it, and nothing is left.

    Inside another one it is undone by itself.
    """

    def attempt() -> NoReturn:
        with atomic():
            raise _Undone(body())

    try:
        writing(attempt)
    except _Undone as over:
        result: T = over.result
        return result


def appear() -> tuple[User, str]:
    """Make a stranger, with an account and no place anywhere, and sign them in; give the key of their session.

    Only within undone(): there is never anybody whom somebody else could sign in as.
    """
    stranger = create_user(email=f"{uuid7().hex}@stranger.invalid", name="")
    session = SessionStore()
    session.create()
    open_session(session, stranger)
    assert session.session_key is not None
    return stranger, session.session_key


def vanish(sphere: Sphere) -> None:
    """Let a sphere be elsewhere, deleted, and all that is written in it be otherwise. Only within undone()."""
    there = Sphere.objects.filter(pk=sphere.pk)
    there.update(
        slug=secrets.token_hex(16), name=secrets.token_hex(8), description=secrets.token_hex(8), deleted_at=clock.now()
    )
    with inside(sphere):
        _everybody_in(sphere).update(**_otherwise(Membership))
        for model in written_in_spheres():
            _alter(model, sphere)


def disguise(sphere: Sphere) -> None:
    """Let be otherwise what not everybody sees in a public sphere: names, contacts, notes. Only within undone()."""
    public = {kind.model for kind in kinds.kinds().values() if kind.is_public}
    people, words = _everybody_in(sphere), _otherwise(Membership)
    with inside(sphere):
        people.exclude(is_named=True, ended_at=None).update(**words)
        people.update(**{name: words[name] for name in CONTACTS})
        for model in written_in_spheres():
            if model not in public:
                _alter(model, sphere)


def _everybody_in(sphere: Sphere) -> QuerySet[Membership]:
    return Membership.objects.filter(sphere=sphere)


def _otherwise(model: type[Model]) -> dict[str, Any]:
    """Give other words for all that somebody writes in rows of `model`."""
    words = Concat(Value(secrets.token_hex(4)), Right(Cast("pk", CharField()), OF_THE_ROW))
    return dict.fromkeys(texts_of(model), words)


def _alter(model: type[Model], sphere: Sphere) -> None:
    rows = model._default_manager.filter(sphere=sphere)
    newest = rows.order_by("-pk").values("pk")[:MOST_ALTERED]
    rows.filter(pk__in=newest).update(**_otherwise(model))


def begin(sphere: Sphere) -> None:
    """Remember that a run begins, however it ends: the next one asks about another sphere."""
    writing(lambda: Sphere.objects.filter(pk=sphere.pk).update(asked_at=clock.now()))


def outdate(sphere: Sphere) -> None:
    """Let the report of a sphere say that it could not be made anew in time, if that is so, and once."""

    def body() -> None:
        held = Sphere.objects.under_lock(sphere.pk)
        for report in Report.objects.filter(sphere=held, is_old=False, checked_at__lt=believed_since()):
            report.is_old = True
            report.save(update_fields=["is_old"])
            record(held.journal_id, OUTDATED, report)

    with inside(sphere):
        writing(body)


def keep(sphere: Sphere, parts: Mapping[str, Lines]) -> Report | None:
    """Keep what came of a run as the sphere's report, and give it.

    None, and nothing kept, where there is one of today already, or where everybody reads the sphere only since (or no
    more since) the run began. Parts that answer as before are not told again. `parts` is by namespace, each line
    as Part says.
    """

    def body() -> Report | None:
        held = Sphere.objects.under_lock(sphere.pk)
        report = Report.objects.filter(sphere=held).first()
        # What was open when the run began may be closed by now, and the other way round: then it is asked again.
        is_outdated = held.deleted_at is not None or held.read_by != sphere.read_by
        if is_outdated or (report is not None and report.checked_at >= today()):
            return None
        _keep_parts(held, parts)
        every = [line for name in sorted(parts) for line in parts[name]]
        report = report or Report(sphere=held, id=uuid7())
        report.checked_at, report.is_old = clock.now(), False
        report.asked = sum(len(line["answers"]) for line in every)
        report.open = sum(is_answered(line, "open") for line in every)
        report.leaks = [line for line in every if is_answered(line, "told")]
        report.save()
        # The last entry of a run: what is numbered after it has happened since.
        record(held.journal_id, LEAKED if report.leaks else "checked", report)
        return report

    with inside(sphere):
        return writing(body)


def _keep_parts(sphere: Sphere, parts: Mapping[str, Lines]) -> None:
    present: Sequence[Part] = list(Part.objects.filter(sphere=sphere).order_by("name"))
    for part in present:
        if part.name not in parts:
            record(sphere.journal_id, "dropped", part, is_gone=True)
            part.delete()
    known = {part.name: part for part in present}
    for name in sorted(parts):
        part = known.get(name) or Part(sphere=sphere, id=uuid7(), name=name)
        if part.lines != parts[name]:
            part.lines, part.since = parts[name], clock.now()
            part.save()
            record(sphere.journal_id, "answered", part)


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` rows of the report of a sphere that is erased."""
    return erase_some_of(Part.objects.filter(sphere=sphere), limit) or erase_some_of(
        Report.objects.filter(sphere=sphere), limit
    )
