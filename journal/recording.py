"""`record()`: the last statement of every action."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from journal import clock, kinds
from journal.errors import Conflict
from journal.models import Entry, Journal
from journal.publishing import Recorded, publish
from journal.statements import as_stored, insert, returning
from journal.work import open_work


def new_journal(scope: UUID | None) -> Journal:
    """Make an empty journal for one audience in the place `scope`."""
    return Journal.objects.create(scope=scope)


def record(
    journal_id: UUID, verb: str, thing: models.Model, *, actor: UUID | None = None, is_gone: bool = False
) -> Entry:
    """Write that `verb` happened to `thing`, as the next number of the journal; `is_gone`: it is no longer there.

    Called last: it holds the journal's row lock until the commit. With several journals, in the order of
    their ids. Raises RuntimeError outside writing(), Conflict where the journal tells of another kind of thing by the
    same id, which a device may have made up.
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
    if not insert(entry):  # its number is new: the row lock was held
        raise Conflict(_("This number belongs to something else. Write it once more."), field="id")
    work.last = entry
    publish(Recorded(entry, scope, thing))
    return entry


def _next_number(journal_id: UUID) -> tuple[int, UUID | None]:
    row = returning(
        'UPDATE "journal_journal" SET "last_seq" = "last_seq" + 1 WHERE "id" = %s RETURNING "last_seq", "scope"',
        [as_stored(journal_id)],
    )
    if row is None:
        raise Journal.DoesNotExist
    seq, scope = row
    return int(seq), UUID(str(scope)) if scope else None


def _supersede(journal_id: UUID, kind: str, object_id: UUID) -> int | None:
    row = returning(
        'UPDATE "journal_entry" SET "superseded" = true WHERE "journal_id" = %s AND "kind" = %s'
        ' AND "object_id" = %s AND NOT "superseded" RETURNING "first"',
        [as_stored(journal_id), kind, as_stored(object_id)],
    )
    return None if row is None else int(row[0])
