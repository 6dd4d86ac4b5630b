"""Keys between rows of spheres, held by the database: both ends lie in the same sphere.

Derived from the models, never declared in migrations: composite keys on PostgreSQL, triggers on SQLite. SQLite
cannot remake a table that a trigger names, so migrations run untied and are tied again after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from spheres.seal import across_all_spheres, is_anchored

PREFIX = "seal_"


@dataclass(frozen=True)
class Tie:
    """A key from one row of a sphere to another."""

    child: str
    column: str
    parent: str

    @property
    def name(self) -> str:
        """Give a name that fits every database."""
        return PREFIX + hashlib.sha256(f"{self.child}.{self.column}>{self.parent}".encode()).hexdigest()[:16]


class Untied(Exception):
    """Rows that cross spheres stand in the way of a tie: data was changed behind the seal."""


def ties(apps: Apps) -> list[Tie]:
    """Derive every tie from the models."""
    found = [
        Tie(model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        if is_anchored(model)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.name != "sphere" and is_anchored(field.related_model)
    ]
    return sorted(found, key=lambda tie: tie.name)


def before_migrations(using: str, **_: Any) -> None:
    """Drop SQLite's triggers: a table that one names cannot be remade."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        for name in _triggers(connection):
            _run(connection, f"DROP TRIGGER {name}")


def after_migrations(using: str, apps: Apps = installed, **_: Any) -> None:
    """Tie again, by the models as migrated so far (`flush` names none: then by the installed ones)."""
    tie(connections[using], apps)


def tie(connection: BaseDatabaseWrapper, apps: Apps) -> None:
    """Make the database's ties the wanted ones. Raises Untied if rows already cross spheres."""
    tables = set(connection.introspection.table_names())
    wanted = [tie for tie in ties(apps) if {tie.child, tie.parent} <= tables]
    # PostgreSQL validates a new key as its owner does, and a wall would show it nothing: any row would do.
    with across_all_spheres("a new tie is judged by all the rows there are"):
        if connection.vendor == "sqlite":
            _tie_sqlite(connection, wanted)
        else:
            _tie_postgresql(connection, wanted)


def _tie_sqlite(connection: BaseDatabaseWrapper, wanted: list[Tie]) -> None:
    standing = _triggers(connection)
    statements = {name: sql for tie in wanted for name, sql in _trigger_statements(tie).items()}
    for name in standing:
        if statements.get(name) != standing[name]:
            _run(connection, f"DROP TRIGGER {name}")
    for tie in wanted:
        missing = {name: sql for name, sql in _trigger_statements(tie).items() if standing.get(name) != sql}
        if missing:
            _refuse_crossing(connection, tie)
        for sql in missing.values():
            _run(connection, sql)


def _trigger_statements(tie: Tie) -> dict[str, str]:
    foreign_parent = (
        f"SELECT RAISE(ABORT, '{tie.name}') FROM \"{tie.parent}\" AS parent"
        f' WHERE parent.id = NEW."{tie.column}" AND parent.sphere_id <> NEW.sphere_id;'
    )
    foreign_child = (
        f"SELECT RAISE(ABORT, '{tie.name}') FROM \"{tie.child}\" AS child"
        f' WHERE child."{tie.column}" = NEW.id AND child.sphere_id <> NEW.sphere_id;'
    )
    return {
        f"{tie.name}_{suffix}": f"CREATE TRIGGER {tie.name}_{suffix} {when} BEGIN {check} END"
        for suffix, when, check in (
            ("ci", f'BEFORE INSERT ON "{tie.child}"', foreign_parent),
            ("cu", f'BEFORE UPDATE OF "{tie.column}", sphere_id ON "{tie.child}"', foreign_parent),
            # A child may be inserted before its parent: the keys are deferred.
            ("pi", f'BEFORE INSERT ON "{tie.parent}"', foreign_child),
            ("pu", f'BEFORE UPDATE OF sphere_id ON "{tie.parent}"', foreign_child),
        )
    }


def _triggers(connection: BaseDatabaseWrapper) -> dict[str, str]:
    rows = _ask(connection, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'seal_%'")
    return {str(name): str(sql) for name, sql in rows}


def _refuse_crossing(connection: BaseDatabaseWrapper, tie: Tie) -> None:
    crossing = _ask(
        connection,
        f'SELECT count(*) FROM "{tie.child}" AS child JOIN "{tie.parent}" AS parent'
        f' ON parent.id = child."{tie.column}" WHERE parent.sphere_id <> child.sphere_id',
    )[0][0]
    if crossing:
        raise Untied(f"{crossing} rows of {tie.child} point into another sphere by {tie.column}.")


def _tie_postgresql(connection: BaseDatabaseWrapper, wanted: list[Tie]) -> None:
    standing = _constraints(connection)
    keys = {(tie.child, tie.column, tie.parent): tie for tie in wanted}
    for key, (table, name) in standing.items():
        if key not in keys:
            _run(connection, f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    there = _indexes(connection)
    for parent in sorted({tie.parent for tie in wanted}):
        index = f"{PREFIX}{parent}"[:60]
        # Even IF NOT EXISTS would wait for whoever writes, at every start.
        if index not in there:
            _run(connection, f'CREATE UNIQUE INDEX "{index}" ON "{parent}" (sphere_id, id)')
    for key, wanted_tie in keys.items():
        if key not in standing:
            _run(
                connection,
                f'ALTER TABLE "{wanted_tie.child}" ADD CONSTRAINT "{wanted_tie.name}"'
                f' FOREIGN KEY (sphere_id, "{wanted_tie.column}")'
                f' REFERENCES "{wanted_tie.parent}" (sphere_id, id) DEFERRABLE INITIALLY DEFERRED',
            )


def _indexes(connection: BaseDatabaseWrapper) -> set[str]:
    rows = _ask(connection, "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
    return {str(name) for (name,) in rows}


def _constraints(connection: BaseDatabaseWrapper) -> dict[tuple[str, str, str], tuple[str, str]]:
    # By what they tie and not by name: names rot at the first rename of a table or a column.
    rows = _ask(
        connection,
        "SELECT child.relname, attribute.attname, parent.relname, con.conname"
        " FROM pg_constraint con"
        " JOIN pg_class child ON child.oid = con.conrelid"
        " JOIN pg_class parent ON parent.oid = con.confrelid"
        " JOIN pg_attribute attribute ON attribute.attrelid = con.conrelid AND attribute.attnum = con.conkey[2]"
        " WHERE con.contype = 'f' AND con.conname LIKE 'seal\\_%%' AND array_length(con.conkey, 1) = 2"
        " AND con.connamespace = current_schema()::regnamespace",
        [],
    )
    return {(str(a), str(b), str(c)): (str(a), str(name)) for a, b, c, name in rows}


def _run(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _ask(connection: BaseDatabaseWrapper, statement: str, parameters: Sequence[str] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
