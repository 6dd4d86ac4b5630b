"""Rows out of a database and back, in batches, as lines that are the same from either database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import atomic

from alveole.backup.schema import Step, Table, models_of
from spheres.seal import across_all_spheres

BATCH = 2_000  # rows


@dataclass
class Tally:
    """How many rows, and their sum: the same whatever their order, another if one differs."""

    count: int = 0
    total: int = 0

    def add(self, line: bytes) -> None:
        """Count one row."""
        self.count += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line).digest())) % (1 << 256)

    def as_json(self) -> dict[str, Any]:
        """Give it as manifests hold it."""
        return {"rows": self.count, "sum": f"{self.total:064x}"}


@contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """Open the site's database as it is now, on a connection of its own; writers go on and are not seen."""
    # The aliases' own connection has transactions of IMMEDIATE, which hold up every writer.
    own: BaseDatabaseWrapper = connection.copy()
    try:
        with across_all_spheres("a backup copies every row"):
            with own.cursor() as cursor:
                if own.vendor == "postgresql":
                    cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                else:
                    cursor.execute("BEGIN DEFERRED")
                own.introspection.table_names(cursor)  # both take their snapshot with the first read
            yield own
    finally:
        own.close()


def lines(db: BaseDatabaseWrapper, table: Table) -> Iterator[bytes]:
    """Give every row of `table` as one line."""
    written = [getattr(kind, db.vendor).format(_quoted(name)) for name, kind in table.columns.items()]
    tidy = [(place, kind.tidy) for place, kind in enumerate(table.columns.values()) if kind.tidy]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with db.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(written)} FROM {_quoted(table.name)}")
        while batch := cursor.fetchmany(BATCH):
            for read in batch:
                row = list(read)
                for place, change in tidy:
                    if row[place] is not None:
                        row[place] = change(row[place])
                yield encode(row).encode() + b"\n"


def tally(db: BaseDatabaseWrapper, table: Table) -> Tally:
    """Count and sum the rows of `table` as they stand."""
    counted = Tally()
    for line in lines(db, table):
        counted.add(line)
    return counted


def clear(tables: Iterable[Table]) -> None:
    """Delete what migrations put into a new database: the archive has its own."""
    with connection.constraint_checks_disabled(), atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {_quoted(table.name)}")


def put_back(table: Table, chunk: bytes) -> None:
    """Insert the rows of `chunk`; keys are checked once all are there."""
    changes = [
        (place, change)
        for place, kind in enumerate(table.columns.values())
        if (change := kind.to_sqlite if connection.vendor == "sqlite" else kind.to_postgresql)
    ]
    rows = [json.loads(line) for line in chunk.splitlines()]
    for row in rows:
        for place, change in changes:
            if row[place] is not None:
                row[place] = change(row[place])
    names = ", ".join(_quoted(name) for name in table.columns)
    with connection.constraint_checks_disabled(), atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            values = ", ".join(["%s"] * len(table.columns))
            cursor.executemany(f"INSERT INTO {_quoted(table.name)} ({names}) VALUES ({values})", rows)
        else:
            with cursor.copy(f"COPY {_quoted(table.name)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def finish(steps: Iterable[Step]) -> None:
    """Check every key, and let numbers of new rows go on after the restored ones. Raises IntegrityError."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_of(steps)):
            cursor.execute(statement)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
