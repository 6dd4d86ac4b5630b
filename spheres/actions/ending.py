"""The end of a sphere: archived, it is read; deleted, it can be put back for a week, and is then erased."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from journal import clock
from journal.ids import NOBODY
from journal.models import Entry, Journal
from journal.publishing import tell_person
from journal.recording import record
from journal.writing import action, writing
from spheres import rules
from spheres.actions.belonging import end
from spheres.actions.settling import on_settled, tell_members
from spheres.models import Membership, Mine, Reader, Sphere
from spheres.seal import inside

# Each feature erases at most so many of its rows in a sphere, and says how many it did.
erasers: list[Callable[[Sphere, int], int]] = []
ERASED_AT_ONCE = 500


@action
def archive(by: Membership) -> None:
    """Let the sphere be read, and nothing more be written in it. Raises Refused if `by` may not."""
    sphere = _under_lock(by)
    rules.ensure_may_end_sphere(by)
    rules.ensure_living(sphere)
    sphere.archived_at = clock.now()
    _changed(sphere, "archived", by)


@action
def reopen(by: Membership) -> None:
    """Let people write in an archived sphere again; one that is open stays so. Raises Refused if `by` may not."""
    sphere = _under_lock(by)
    rules.ensure_may_end_sphere(by)
    rules.ensure_there(sphere)
    if sphere.archived_at:
        sphere.archived_at = None
        _changed(sphere, "reopened", by)


def _under_lock(by: Membership) -> Sphere:
    # Of two who end it at once, or settle it meanwhile, one comes after and judges what the other made of it.
    by.sphere = Sphere.objects.under_lock(by.sphere_id)
    return by.sphere


def _changed(sphere: Sphere, verb: str, by: Membership) -> None:
    sphere.save(update_fields=["archived_at"])
    tell_members(sphere, verb, by)
    for follow in on_settled:
        follow(sphere)


@action
def delete_sphere(by: Membership) -> None:
    """Close the sphere to everybody, from the numbers given here on; for a week it can be put back.

    What its people have of it for themselves is closed too, but to those who can put it back. Raises Refused if `by`
    may not.
    """
    sphere = _under_lock(by)
    rules.ensure_may_end_sphere(by)
    if sphere.deleted_at:
        return
    sphere.deleted_at = clock.now()
    sphere.save(update_fields=["deleted_at"])
    kept = _own_journals_of_administrators(sphere)
    for journal_id in sorted(_journals(sphere, Reader.objects.open())):
        entry = record(journal_id, "closed", sphere, actor=by.pk, is_gone=journal_id not in kept)
        if journal_id not in kept:
            Reader.objects.open().filter(journal_id=journal_id).update(until=entry.seq)
    _tell_people(sphere)


@action
def restore_sphere(by: Membership) -> None:
    """Put a deleted sphere back: whoever read something of it then, and has not left, reads it again.

    Raises Refused if `by` may not, or where the week is over.
    """
    sphere = _under_lock(by)
    rules.ensure_may_restore(by, clock.now())
    if not sphere.deleted_at:
        return
    sphere.deleted_at = None
    sphere.save(update_fields=["deleted_at"])
    kept = _own_journals_of_administrators(sphere)
    for journal_id in sorted({*_journals(sphere, Reader.objects.exclude(until=None)), *kept}):
        if journal_id in kept or _read_again(journal_id):
            record(journal_id, "restored", sphere, actor=by.pk)
    _tell_people(sphere)


def _read_again(journal_id: UUID) -> bool:
    closed = Entry.objects.filter(journal_id=journal_id, verb="closed").order_by("-seq").first()
    if closed is None:
        return False
    ended = Reader.objects.filter(journal_id=journal_id, until=closed.seq, membership__ended_at=None)
    again = [Reader(journal_id=journal_id, membership_id=one.membership_id, since=one.since) for one in ended]
    return bool(Reader.objects.bulk_create(again))


def _journals(sphere: Sphere, readers: QuerySet[Reader]) -> set[UUID]:
    return set(readers.filter(membership__sphere=sphere).values_list("journal_id", flat=True))


def _own_journals_of_administrators(sphere: Sphere) -> set[UUID]:
    administrators = Membership.objects.in_sphere(sphere.pk).filter(role="administrator")
    return set(administrators.values_list("journal_id", flat=True))


def _tell_people(sphere: Sphere) -> None:
    members = Membership.objects.in_sphere(sphere.pk).exclude(person=None)
    for person_id in members.values_list("person_id", flat=True):
        tell_person(person_id)
    for follow in on_settled:
        follow(sphere)


def erase(sphere: Sphere) -> None:
    """Erase a deleted sphere whose week is over, a few rows at a time; may be called again after an interruption.

    One that was put back meanwhile stays: from the end of its week on, nobody can.
    """
    if writing(lambda: Sphere.objects.to_erase().filter(pk=sphere.pk).select_for_update().first()) is None:
        return
    for membership in Membership.objects.in_sphere(sphere.pk).with_sphere().order_by("pk"):
        writing(partial(end, membership, NOBODY))
    for erase_some in (*erasers, _erase_marks, _erase_entries):
        with inside(sphere):
            while erase_some(sphere, ERASED_AT_ONCE):
                pass
    with inside(sphere):
        writing(lambda: _erase_rest(sphere))


def _erase_marks(sphere: Sphere, limit: int) -> int:
    return erase_some_of(Mine.objects.filter(sphere=sphere), limit)


def _erase_entries(sphere: Sphere, limit: int) -> int:
    return erase_some_of(Entry.objects.filter(journal__scope=sphere.pk), limit)


def erase_some_of(rows: QuerySet[Any], limit: int) -> int:
    """Erase at most `limit` rows of a queryset, in one transaction, and give how many they were."""

    def body() -> int:
        some = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
        rows.model._default_manager.filter(pk__in=some).delete()
        return len(some)

    return writing(body)


def _erase_rest(sphere: Sphere) -> None:
    Reader.objects.filter(membership__sphere=sphere).delete()
    Membership.objects.filter(sphere=sphere).delete()
    Sphere.objects.filter(pk=sphere.pk).delete()
    Journal.objects.filter(scope=sphere.pk).delete()
