"""Where a restore goes, and what stood there before: set aside under a name with the time, never destroyed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.transaction import atomic
from django.utils.translation import gettext_noop as _

from alveole.backup import blobs
from alveole.backup.archive import sync_folder
from alveole.backup.errors import Occupied, Unproven
from alveole.backup.models import Restoration
from journal import clock

OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
# What migrations write by themselves.
OWN_ROWS = {"django_migrations", "django_content_type", "auth_permission"}


@dataclass(frozen=True)
class Staging:
    """The folders in which a restore grows, beside those that it will replace; `id` is written with the rows."""

    id: UUID
    stamp: str

    @classmethod
    def begin(cls) -> Staging:
        """Make the folders. Nothing is in them but what this restore puts there."""
        staging = cls(uuid4(), f"before-restore-{clock.now():%Y%m%d-%H%M%S}")
        staging.forget()
        for folder in (staging.secrets, staging.files):
            folder.mkdir(mode=0o700, parents=True)
        (_folder() / "id").write_text(f"{staging.id} {staging.stamp}")
        return staging

    @property
    def secrets(self) -> Path:
        """Give the folder of the keys to come."""
        return _folder() / "secrets"

    @property
    def files(self) -> Path:
        """Give the folder of the files to come: a neighbour of today's, on the same disk."""
        place = blobs.files_folder()
        return place.with_name(f"{place.name}.restoring") if place else _folder() / "files"

    @property
    def database(self) -> Path:
        """Give SQLite's file to come."""
        return Path(f"{connection.settings_dict['NAME']}.restoring")

    def follow(self) -> None:
        """Put files and keys in place, after the rows; may be run again after a kill."""
        place = blobs.files_folder()
        if place is not None and self.files.exists():
            if place.exists():
                place.rename(place.with_name(f"{place.name}.{self.stamp}"))
            place.parent.mkdir(parents=True, exist_ok=True)
            self.files.rename(place)
            sync_folder(place.parent)
        keys = blobs.secrets_folder()
        aside = keys.with_name(f"{keys.name}.{self.stamp}")
        aside.mkdir(mode=0o700, exist_ok=True)
        for new in sorted(self.secrets.glob("*")):  # none if they took their places before a kill
            old = keys / new.name
            if old.exists() and not (aside / new.name).exists():
                os.link(old, aside / new.name)
            new.replace(old)  # at no moment is there no key: whoever asked then would make another
        sync_folder(keys)
        self.forget()

    def forget(self) -> None:
        """Remove what a restore left that did not take place, or is done."""
        (_folder() / "id").unlink(missing_ok=True)  # first: it says that all else is there
        for path in (self.database, Path(f"{self.database}-wal"), Path(f"{self.database}-shm")):
            if connection.vendor == "sqlite":
                path.unlink(missing_ok=True)
        shutil.rmtree(self.files, ignore_errors=True)
        shutil.rmtree(_folder(), ignore_errors=True)


def settle() -> None:
    """End what a killed restore began: if its rows are there, files and keys follow; if not, the old site stands."""
    if not _folder().exists():
        return
    begun = _folder() / "id"
    words = begun.read_text().split() if begun.exists() else []
    staging = Staging(UUID(words[0]), words[1]) if len(words) == 2 else None
    if staging and _has_rows_of(staging):
        staging.follow()
    else:
        (staging or Staging(UUID(int=0), "")).forget()


def ensure_free(*, replace: bool) -> None:
    """Raise Occupied if the database or the files hold something that nobody said to replace, or are in use."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(OTHERS)
            others = cursor.fetchone()[0]
        if others:
            raise Occupied(
                _("Other connections to this database are open: %(count)s. Stop the site first."), count=others
            )
    if replace:
        return
    files = blobs.files_folder()
    if _is_lived_in() or (files is not None and files.is_dir() and any(files.iterdir())):
        raise Occupied(
            _("There is a site here already. Add --replace to set it aside and put the backup in its place.")
        )


@contextmanager
def new_database(staging: Staging) -> Iterator[None]:
    """Let the site's connection lead to an empty database, which takes the old one's place at the block's end.

    SQLite: a file beside, renamed at the end. PostgreSQL: the same database, in one transaction, its tables moved
    to a schema of their own. However the block ends otherwise, all is as before.
    """
    if connection.vendor == "sqlite":
        with _beside(staging):
            yield
        return
    with atomic():
        _move_tables(staging.stamp.replace("-", "_"))
        yield


@contextmanager
def _beside(staging: Staging) -> Iterator[None]:
    place = Path(connection.settings_dict["NAME"])
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection.close()
    connection.settings_dict["NAME"] = staging.database
    try:
        yield
    finally:
        connection.close()  # the last one out folds the log into the file
        connection.settings_dict["NAME"] = place
    staging.database.chmod(0o600)
    with staging.database.open("rb") as file:
        os.fsync(file.fileno())
    _set_aside(place, staging.stamp)
    staging.database.replace(place)
    sync_folder(place.parent)
    if not _has_rows_of(staging):
        raise Unproven(
            _("The restored rows are not in %(file)s. What was there has %(stamp)s in its name."),
            file=place,
            stamp=staging.stamp,
        )


def _set_aside(place: Path, stamp: str) -> None:
    if place.exists():
        _fold_log(place)
        os.link(place, place.with_name(f"{place.name}.{stamp}"))
    # An old log beside a new file would be taken for that file's own; it is there without a database, too.
    for ending in ("-wal", "-shm", "-journal"):
        log = Path(f"{place}{ending}")
        if log.exists():
            log.rename(f"{place}.{stamp}{ending}")


def _fold_log(place: Path) -> None:
    old = sqlite3.connect(place, timeout=0)
    try:
        old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as busy:
        raise Occupied(_("Another program has the database open. Stop it first.")) from busy
    except sqlite3.DatabaseError:
        pass  # damaged: there is nothing to fold, and somebody may still save something from the two together
    finally:
        old.close()


def _move_tables(schema: str) -> None:
    names = connection.introspection.table_names()
    if not names:
        return
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote(schema)}")
        for name in names:
            cursor.execute(f"ALTER TABLE {quote(name)} SET SCHEMA {quote(schema)}")


def has_database() -> bool:
    """Whether there is a database at all; asking SQLite would make one."""
    return connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).exists()


def has_rows() -> bool:
    """Whether somebody has used this database: migrations alone leave nothing but their own rows."""
    if not has_database():
        return False
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for name in sorted(set(connection.introspection.table_names(cursor)) - OWN_ROWS):
            cursor.execute(f"SELECT 1 FROM {quote(name)} LIMIT 1")
            if cursor.fetchone():
                return True
    return False


def _is_lived_in() -> bool:
    try:
        return has_rows()
    except DatabaseError as error:
        if says_damaged(error):
            return True  # nobody knows any more what it held
        raise


def _has_rows_of(staging: Staging) -> bool:
    try:
        if not has_database() or Restoration._meta.db_table not in connection.introspection.table_names():
            return False
        return Restoration.objects.filter(pk=staging.id).exists()
    except DatabaseError as error:
        if says_damaged(error):
            return False
        raise  # it may be locked or down, and the rows may be there


def says_damaged(error: Exception) -> bool:
    """Whether an error is about what SQLite's file holds, and not about who may read it or what else goes on."""
    # "Malformed" and "not a database" are the errors of SQLite that have no class of their own.
    return type(error) is DatabaseError


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "restoring"
