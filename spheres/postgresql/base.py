"""Every statement is asked with `alveole.sphere` equal to the open spheres: the setting that the walls compare with.

The setting belongs to the server's session and is told lazily, before the first statement that would find another
one. What was told is noted by the raw connection: one that lasts is told of the next reader, a new one anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import register_tzloader
from psycopg.pq import TransactionStatus

from spheres.opening import EVERY, Spheres, open_spheres

_told: WeakKeyDictionary[psycopg.Connection[Any], Spheres] = WeakKeyDictionary()

# Answers of a server that may have another setting than it was told: a rollback undoes it, one to a savepoint and a
# failed COMMIT included; the others can be about it.
FORGETTING = ("ROLLBACK", "DISCARD", "RESET", "SET")


def tell(connection: psycopg.Connection[Any]) -> None:
    """Tell the server which spheres are open, if it was told otherwise."""
    spheres = open_spheres()
    if _told.get(connection) == spheres or connection.info.transaction_status is TransactionStatus.INERROR:
        return  # a failed transaction hears nothing but its rollback, and shows nothing
    psycopg.ClientCursor(connection).execute("SELECT set_config('alveole.sphere', %s, false)", [setting(spheres)])
    _told[connection] = spheres


def setting(spheres: Spheres) -> str:
    """Write the open spheres as PostgreSQL writes an array, nothing for none, and `*` for every one."""
    if spheres is EVERY:
        return EVERY.value
    return f"{{{','.join(map(str, spheres))}}}" if spheres else ""


def forget(connection: psycopg.Connection[Any] | None) -> None:
    """Trust no more that the server knows: the next statement tells it again."""
    if connection is not None:
        _told.pop(connection, None)


class Telling:
    """A cursor of psycopg that tells before it asks."""

    connection: psycopg.Connection[Any]
    statusmessage: str | None

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Ask one statement."""
        tell(self.connection)
        result = super().execute(*args, **kwargs)  # type: ignore[misc]  # psycopg's cursor comes next
        if self.statusmessage and self.statusmessage.startswith(FORGETTING):
            forget(self.connection)
        return result

    def executemany(self, *args: Any, **kwargs: Any) -> Any:
        """Ask one statement many times."""
        tell(self.connection)
        return super().executemany(*args, **kwargs)  # type: ignore[misc]  # psycopg's cursor comes next

    def stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Ask one statement and read its rows as they come."""
        tell(self.connection)
        yield from super().stream(*args, **kwargs)  # type: ignore[misc]  # psycopg's cursor comes next

    @contextmanager
    def copy(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        """Copy rows out; PostgreSQL copies none in where a wall stands."""
        tell(self.connection)
        with super().copy(*args, **kwargs) as copied:  # type: ignore[misc]  # psycopg's cursor comes next
            yield copied


class Cursor(Telling, base.Cursor):
    """Every cursor, a raw one of the connection included."""


class ServerSideCursor(Telling, base.ServerSideCursor):
    """What `.iterator()` reads through."""


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL, told which spheres are open."""

    def get_connection_params(self) -> dict[str, Any]:
        """Let the connection make our cursors."""
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def create_cursor(self, name: str | None = None) -> Any:
        """Make a cursor; one with a name lives in the server."""
        if name is None:
            return super().create_cursor()
        # As Django does it, which names its own class.
        connection: Any = self.connection
        made: Any = ServerSideCursor
        cursor = made(connection, name=name, scrollable=False, withhold=connection.autocommit)
        register_tzloader(self.timezone, cursor)
        return cursor

    def _commit(self) -> None:
        # PostgreSQL answers the COMMIT of a failed transaction with a rollback, and psycopg raises nothing.
        if self.connection is not None and self.connection.info.transaction_status is TransactionStatus.INERROR:
            forget(self.connection)
        try:
            super()._commit()  # type: ignore[misc]  # left out of the stubs
        except BaseException:
            forget(self.connection)
            raise

    def _rollback(self) -> None:
        forget(self.connection)
        super()._rollback()  # type: ignore[misc]  # left out of the stubs
