"""The few statements of the write path that are written by hand: half of what they cost is Django writing SQL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, models

_UUID: models.UUIDField[UUID, UUID] = models.UUIDField()


def insert(row: models.Model) -> bool:
    """Insert a row as its fields stand; False, and nothing written, where its key or a unique value is taken.

    Sends no signals. PostgreSQL waits here for another transaction that inserts the same key.
    """
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection) for field in row._meta.local_concrete_fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(type(row)), values)
        is_inserted = bool(cursor.rowcount == 1)
    row._state.adding, row._state.db = not is_inserted, connection.alias
    return is_inserted


@cache
def _insertion(model: type[models.Model]) -> str:
    columns = [f'"{field.column}"' for field in model._meta.local_concrete_fields]
    places = ", ".join(["%s"] * len(columns))
    # Only names of our own models are written into it.
    return f'INSERT INTO "{model._meta.db_table}" ({", ".join(columns)}) VALUES ({places}) ON CONFLICT DO NOTHING'  # noqa: S608  # names of ours


def returning(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    """Run a statement that ends in RETURNING and give its one row, if it touched any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def run(statement: str, parameters: Sequence[Any]) -> None:
    """Run a statement that gives nothing back."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def as_stored(value: UUID) -> Any:
    """Give an identifier as the database keeps it: text on SQLite, its own type on PostgreSQL."""
    return _UUID.get_db_prep_value(value, connection)
