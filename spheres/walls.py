"""The seal's last wall, on PostgreSQL: row-level security shows raw SQL too the rows of the open spheres alone.

`postgresql/base.py` keeps the session's setting equal to the open spheres; a policy on every sealed table compares
with it. Derived from the models like the ties, and like them compared with the catalogue after every migration and at
every start. SQLite has nothing of the kind: there raw SQL is held back by review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.core import checks
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import atomic

from spheres.seal import is_sealed

POLICY = "seal_sphere"
# Sub-selects are computed once a statement, the cast within them too; the outer cast only keeps PostgreSQL from taking
# the sub-select for a list of rows. NULLIF keeps '' and '*' from being read as arrays: NULL is equal to nothing.
IS_OPEN = """
    sphere_id = ANY ((SELECT NULLIF(NULLIF(current_setting('alveole.sphere', true), ''), '*')::uuid[])::uuid[])
    OR (SELECT current_setting('alveole.sphere', true)) = '*'
"""
OF_OUR_SCHEMA = "c.relnamespace = current_schema()::regnamespace"


class Unbound(Exception):
    """The role is one that PostgreSQL lets through every wall, without a word."""


@dataclass(frozen=True)
class Wall:
    """What row-level security does to one table: whether it is on, for the owner too, and by which policies."""

    is_on: bool
    binds_owner: bool
    policies: frozenset[tuple[str, ...]]


def before_migrations(using: str, **_: Any) -> None:
    """Raise Unbound before anything is changed by a role that no wall would hold."""
    ensure_bound(connections[using])


def after_migrations(using: str, apps: Apps = installed, **_: Any) -> None:
    """Build, by the models as migrated so far (`flush` names none: then by the installed ones)."""
    build(connections[using], apps)


def ensure_bound(connection: BaseDatabaseWrapper) -> None:
    """Raise Unbound, with what to do, if row-level security does not hold our role."""
    sentence = _unbound(connection)
    if sentence:
        raise Unbound(sentence)


def check_role(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Say the same in `manage.py check --database default`, and before `manage.py migrate`."""
    sentences = [_unbound(connections[alias]) for alias in databases or []]
    return [checks.Error(sentence, id="spheres.E001") for sentence in sentences if sentence]


def _unbound(connection: BaseDatabaseWrapper) -> str:
    if connection.vendor != "postgresql":
        return ""
    asked = "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    role, is_unbound = _ask(connection, asked)[0]
    if not is_unbound:
        return ""
    return (
        f"PostgreSQL shows everything to the role {role}, a superuser or one with BYPASSRLS: nothing would keep the "
        "spheres apart there. Name an ordinary role in ALVEOLE_DATABASE_URL, made by: "
        "CREATE ROLE alveole LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB PASSWORD '…'; "
        "CREATE DATABASE alveole OWNER alveole;"
    )


def build(connection: BaseDatabaseWrapper, apps: Apps) -> None:
    """Make the walls of PostgreSQL the wanted ones. Raises Unbound if they would not hold our role."""
    if connection.vendor != "postgresql":
        return
    ensure_bound(connection)
    wanted, standing = sealed_tables(apps), walls(connection)
    complete = _complete(connection)
    for table in sorted(wanted & set(connection.introspection.table_names())):
        if standing.get(table) != complete:
            _raise(connection, table, standing.get(table))
    for table, wall in standing.items():
        if table not in wanted and any(policy[0] == POLICY for policy in wall.policies):
            _raze(connection, table)


def sealed_tables(apps: Apps) -> set[str]:
    """Name the tables that want a wall."""
    return {model._meta.db_table for model in apps.get_models() if is_sealed(model)}


def walls(connection: BaseDatabaseWrapper, where: str = OF_OUR_SCHEMA) -> dict[str, Wall]:
    """Read from the catalogue what stands: tables with row-level security or a policy."""
    rows = _ask(
        connection,
        "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,"
        " p.polname, p.polpermissive::text, p.polcmd::text, p.polroles::text,"
        " pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)"
        " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
        f" WHERE (c.relrowsecurity OR c.relforcerowsecurity OR p.oid IS NOT NULL) AND {where}",
    )
    found: dict[str, Wall] = {}
    for table, is_on, binds_owner, *policy in rows:
        others = found[table].policies if table in found else frozenset()
        own = {tuple(map(str, policy))} if policy[0] else set()
        found[table] = Wall(is_on, binds_owner, others | own)
    return found


def _complete(connection: BaseDatabaseWrapper) -> Wall:
    """Give a wall as the catalogue shows it: PostgreSQL keeps a policy in its own words, by its own version."""
    with atomic(using=connection.alias):
        _run(connection, "CREATE TEMPORARY TABLE seal_probe (sphere_id uuid)")
        _raise(connection, "seal_probe", None)
        (complete,) = walls(connection, "c.oid = 'pg_temp.seal_probe'::regclass").values()
        _run(connection, "DROP TABLE pg_temp.seal_probe")
    return complete


def _raise(connection: BaseDatabaseWrapper, table: str, standing: Wall | None) -> None:
    with atomic(using=connection.alias):
        # Policies add up: any other one would be a gate.
        for name, *_rest in standing.policies if standing else ():
            _run(connection, f'DROP POLICY "{name}" ON "{table}"')
        _run(connection, f'CREATE POLICY "{POLICY}" ON "{table}" USING ({IS_OPEN}) WITH CHECK ({IS_OPEN})')
        _run(connection, f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY')


def _raze(connection: BaseDatabaseWrapper, table: str) -> None:
    with atomic(using=connection.alias):
        _run(connection, f'DROP POLICY "{POLICY}" ON "{table}"')
        _run(connection, f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY')


def _run(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _ask(connection: BaseDatabaseWrapper, statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
