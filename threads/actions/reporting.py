"""Reporting a thing to those responsible, who hide it or leave it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from journal import clock
from journal.errors import Conflict, Refused
from journal.recording import record
from journal.writing import action
from spheres.actions import mark
from spheres.models import Membership
from threads import rules
from threads.models import REPORTED, Comment, Report, Thing
from threads.subjects import Subject, in_order, subject_of, subjects


@action
def report(by: Membership, thing: Thing, *, id: UUID, reason: str, words: str = "") -> None:
    """Show a thing to those responsible for the sphere, with a copy of it as it stands; once, until they decided.

    Raises Refused if the member may not, Conflict if `id` is taken, Http404 if the thing was deleted.
    """
    rules.ensure_may_report(by, thing)
    subject = subject_of(thing)
    # Held: of two reports that one person sends at once there is one.
    thing = subject.under_lock(thing.pk)
    if Report.objects.about(subject.kind, thing.pk).filter(by=by).exists():
        return
    made = Report(
        id=id,
        sphere=by.sphere,
        kind=subject.kind,
        object_id=thing.pk,
        author=thing.author,
        by=by,
        reason=reason,
        words=words,
        copy=subject.text(thing),
        reported_at=clock.now(),
    )
    if not made.insert():
        raise Conflict(_("This was already reported."), field="id")
    in_order(
        # By nobody: those responsible may be whom it is about.
        (by.sphere.desk_id, partial(record, by.sphere.desk_id, "reported", made)),
        (by.journal_id, partial(_say, made, "sent")),
    )


@action
def decide(by: Membership, reported: Report, *, is_hidden: bool) -> None:
    """Hide what was reported, or leave it; the first answer counts, for everybody who reported it.

    Raises Refused if `by` may not, or would hide what somebody else decided to leave.
    """
    rules.ensure_may_decide(by)
    subject = subjects[reported.kind]
    thing = _held(subject, reported.object_id)
    waiting = list(Report.objects.about(reported.kind, reported.object_id))
    if reported not in waiting:
        # What was reported anew since then is another decision, which `by` has not seen.
        _ensure_not_left(reported, is_hidden=is_hidden)
        return
    desk = by.sphere.desk_id
    told: list[tuple[UUID, Callable[[], object]]] = []
    for one in waiting:
        one.decided_at, one.decided_by, one.is_hidden = clock.now(), by, is_hidden
        # Nobody looks at it any more, and the words may be of somebody who wants none of theirs to stay.
        one.copy = one.words = ""
        one.save(update_fields=["decided_at", "decided_by", "is_hidden", "copy", "words"])
        told.append((desk, partial(record, desk, "decided", one, actor=by.pk, is_gone=True)))
        if one.by.is_open:
            told.append((one.by.journal_id, partial(_say, one, "hidden" if is_hidden else "left")))
    if told and is_hidden and thing is not None:
        told.append((thing.journal_id, partial(subject.hide, by, thing)))
    in_order(*told)


def _held(subject: Subject, object_id: UUID) -> Thing | None:
    # What deletes an answer holds first what it answers, and all of that before the first journal.
    said = Comment.objects.filter(pk=object_id).select_related("within").first()
    if said is not None and subject.model is Comment:
        subjects[said.within.kind].find_under_lock(said.within.object_id)
    return subject.find_under_lock(object_id)


def _ensure_not_left(reported: Report, *, is_hidden: bool) -> None:
    reported.refresh_from_db(fields=["is_hidden"])
    if is_hidden and not reported.is_hidden:
        raise Refused(_("Somebody responsible decided to leave this. You can still delete it where it stands."))


def _say(reported: Report, value: str) -> None:
    mark(reported.by, kind=reported.kind, object_id=reported.object_id, key=REPORTED, value=value)
