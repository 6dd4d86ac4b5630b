"""Makes the database ready for this version: saved, migrated, and with what guards it in place."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from alveole.backup.nightly import after_migrations, before_migrations, unfinished
from alveole.backup.places import has_rows, says_damaged, settle
from alveole.backup.schema import refuse_newer
from alveole.logs import places
from journal.publishing import quiet
from spheres import ties, walls
from spheres.organisations.actions import catch_up

logger = logging.getLogger(__name__)


class Unprepared(Exception):
    """The database could not be brought to this version; the message is the sentence to show."""


def prepare_database(tell: Callable[[str], None]) -> None:
    """Do so, and `tell` what takes a while; the caller holds the data folder's claim.

    Raises Unprepared if a migration fails, and Halted, Unbound or OSError if none was tried.
    """
    walls.ensure_bound(connection)
    _ensure_writable()
    settle()
    executor = MigrationExecutor(connection)
    refuse_newer(executor.loader.applied_migrations or ())
    left = _left(executor)
    saved = before_migrations() if left and has_rows() else unfinished()
    if saved:
        tell(f"Saved the site before it is changed: {saved}")
    if left or saved:
        tell("Preparing the database…")
    try:
        if left or saved:
            call_command("migrate", interactive=False, verbosity=0)
        else:
            ties.tie(connection, apps)  # whatever a restored copy lacks
            walls.build(connection, apps)
    except Exception as failure:  # a migration may raise anything
        if isinstance(failure, walls.Unbound) or says_damaged(failure):
            raise
        raise Unprepared(_sentence(failure, saved)) from failure
    after_migrations()
    _let_halls_catch_up()


def _let_halls_catch_up() -> None:
    try:
        with quiet():  # nobody is connected yet, or hears of it with what is said next
            catch_up()
    except Exception as failure:  # whatever it is: a row that waits keeps no site down
        if says_damaged(failure):
            raise
        logger.exception("Halls were not told of all their spheres; the next start tries again")


def _ensure_writable() -> None:
    # SQLite would not say so before somebody's first message: for reading it opens what it may not write.
    if connection.vendor != "sqlite":
        return
    file = Path(connection.settings_dict["NAME"])
    for path in (file.parent, file):
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _left(executor: MigrationExecutor) -> list[str]:
    """Name the migrations that the database did not go through, in their order."""
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _is_backwards in plan]


def _sentence(failure: Exception, saved: Path | None) -> str:
    connection.close()  # it may be broken; a database that is gone says so here, and is not called half migrated
    left = _left(MigrationExecutor(connection))
    what = f"The migration {left[0]}" if left else "Putting the database in order"
    back = (
        f" The site as it was lies in {saved}: to go back, check out the version that it was, run its set-up, and "
        f"manage.py restore {saved} --replace (see docs/backup.md)."
    )
    return f"{what} failed: {_reason(failure)}. The site was not started, and the next start tries again." + (
        back if saved else ""
    )


def _reason(failure: Exception) -> str:
    if isinstance(failure, DatabaseError):
        return str(failure).partition("\n")[0]  # in the lines below PostgreSQL quotes rows
    return f"{type(failure).__name__} at {places(failure.__traceback__)[-1]}"
