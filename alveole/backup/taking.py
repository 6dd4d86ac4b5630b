"""Saves the site while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_noop as _

from alveole.backup import blobs, rows, schema
from alveole.backup.archive import PIECE, Header, Writing, whole_or_nothing, written
from alveole.backup.errors import Halted
from alveole.databases import code_of
from journal import clock


def take(file: Path) -> None:
    """Write the site to `file`: nothing or all of it. Raises Halted."""
    try:
        with whole_or_nothing(file) as out:
            pour(out)
    except DatabaseError as failure:
        raise Halted(_("The database could not be read."), system=code_of(failure)) from failure


def pour(out: IO[bytes]) -> None:
    """Write the site to a stream. Rows come first: a file that a row names was there before it."""
    with rows.snapshot() as db:
        steps = schema.steps_taken(db)
        if not steps:
            raise Halted(_("There is no site here to save."))
        schema.refuse_newer(steps)
        tables = schema.tables(steps)
        header = Header(clock.now(), db.vendor, steps, {table.name: list(table.columns) for table in tables})
        with written(out, header) as (writing, close):
            held = {table.name: _save(db, table, writing) for table in tables}
            # The snapshot holds back SQLite's log and PostgreSQL's vacuum: not for as long as files take.
            db.close()
            blobs.add_to(writing)
            close(held)


def _save(db: BaseDatabaseWrapper, table: schema.Table, writing: Writing) -> dict[str, Any]:
    tally, chunk, size, number = rows.Tally(), list[bytes](), 0, 0
    for line in rows.lines(db, table):
        tally.add(line)
        chunk.append(line)
        size += len(line)
        if size >= PIECE:
            writing.add(f"database/{table.name}/{number:06}.jsonl", b"".join(chunk))
            chunk, size, number = [], 0, number + 1
    if chunk:
        writing.add(f"database/{table.name}/{number:06}.jsonl", b"".join(chunk))
    return tally.as_json()
