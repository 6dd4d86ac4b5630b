"""`record()`: the last statement of every action."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, models

from journal import clock, kinds
from journal.models import Entry, Journal
from journal.publishing import Recorded, publish
from journal.work import open_work


def new_journal(scope: UUID | None) -> Journal:
    """Make an empty journal for one audience in the place `scope`."""
    return Journal.objects.create(scope=scope)


def record(
    journal_id: UUID, verb: str, thing: models.Model, *, actor: UUID | None = None, is_gone: bool = False
) -> Entry:
    """Write that `verb` happened to `thing`, as the next number of the journal; `is_gone`: it is no longer there.

    Called last: it holds the journal's row lock until the commit. With several journals, in the order of
    their ids. Raises RuntimeError outside writing().
    """
    work = open_work()
    if work is None:
        raise RuntimeError("record() belongs inside an action.")
    kind = kinds.kind_of(thing)
    seq, scope = _next_number(journal_id)
    first = _supersede(journal_id, kind.name, thing.pk)
    entry = Entry(
        journal_id=journal_id,
        seq=seq,
        first=seq if first is None else first,
        kind=kind.name,
        object_id=thing.pk,
        parent_id=kind.parent(thing),
        verb=verb,
        actor=actor,
        at=clock.now(),
        is_gone=is_gone,
    )
    entry.save(force_insert=True)
    work.last = entry
    publish(Recorded(entry, scope))
    return entry


def _next_number(journal_id: UUID) -> tuple[int, UUID | None]:
    row = _returning(
        'UPDATE "journal_journal" SET "last_seq" = "last_seq" + 1 WHERE "id" = %s RETURNING "last_seq", "scope"',
        [_uuid(journal_id)],
    )
    if row is None:
        raise Journal.DoesNotExist
    seq, scope = row
    return int(str(seq)), UUID(str(scope)) if scope else None


def _supersede(journal_id: UUID, kind: str, object_id: UUID) -> int | None:
    row = _returning(
        'UPDATE "journal_entry" SET "superseded" = true WHERE "journal_id" = %s AND "kind" = %s'
        ' AND "object_id" = %s AND NOT "superseded" RETURNING "first"',
        [_uuid(journal_id), kind, _uuid(object_id)],
    )
    return None if row is None else int(str(row[0]))


def _returning(statement: str, parameters: Sequence[str]) -> tuple[object, ...] | None:
    # Raw, because Django's update() returns a count; these two are half of a write's cost.
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[object, ...] | None = cursor.fetchone()
        return row


def _uuid(value: UUID) -> str:
    # As the database keeps it: text on SQLite, its own type on PostgreSQL.
    stored: str = models.UUIDField().get_db_prep_value(value, connection)
    return stored
