"""Sites to save and places to restore to: a data folder and a database each, on the running vendor."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from alveole.databases import as_url
from journal.publishing import quiet
from messaging.actions import delete_message
from spheres.seal import inside
from tests.conftest import Cast, in_their_place

AWKWARD = 'Ligne un\nligne "deux"\r\t\\N \\. \u2028 🎈 \x1f {"a": [1]}'
MANAGE = str(settings.BASE_DIR / "manage.py")
LONGEST_SECONDS = 120
LARGE_FILE_BYTES = 10_000_000
Rows = dict[str, list[str]]


def at_most(size: int) -> Callable[[], None]:
    """Give a limit of bytes per file: the kernel's own refusal, as of a disk that is full."""
    return partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))


@dataclass(frozen=True)
class Place:
    """A data folder and a database."""

    folder: Path
    database: str  # as Django names it
    vendor: str

    @property
    def environment(self) -> dict[str, str]:
        """Give what a process at this place is told."""
        if self.vendor == "sqlite":
            url = f"sqlite://{self.database}"
        else:
            url = as_url({**connection.settings_dict, "NAME": self.database})
        return os.environ | {"ALVEOLE_DATA": str(self.folder), "ALVEOLE_DATABASE_URL": url}

    def manage(self, *words: object, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of `manage.py` here."""
        command = [sys.executable, MANAGE, *map(str, words)]
        return subprocess.run(
            command,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=limit,
            timeout=LONGEST_SECONDS,
        )

    def done(self, *words: object) -> str:
        """Run a command that must succeed; give what it said."""
        run = self.manage(*words)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def refused(self, *words: object, limit: Callable[[], None] | None = None) -> str:
        """Run a command that must not succeed; give its sentence, which is all it said."""
        run = self.manage(*words, limit=limit)
        assert run.returncode == 1, run.stderr
        assert run.stderr.startswith("CommandError: "), run.stderr
        assert run.stderr.count("\n") == 1
        return run.stderr.removeprefix("CommandError: ").strip()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this process' own connection lead here."""
        before = connection.settings_dict["NAME"]
        connection.close()
        connection.settings_dict["NAME"] = self.database
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before

    def rows(self) -> Rows:
        """Give every row of every table, but the migrations' dates; journals without their epochs."""
        with self.entered(), connection.cursor() as cursor:
            found = {}
            for table in sorted(set(connection.introspection.table_names(cursor)) - {"django_migrations"}):
                cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # the catalogue's own name
                names = [column[0] for column in cursor.description]
                found[table] = sorted(
                    repr([value for name, value in zip(names, row, strict=True) if name != "epoch"])
                    for row in cursor.fetchall()
                )
        return found

    def files(self) -> dict[str, bytes]:
        """Give files and keys by their paths."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for name in ("files", "secrets")
            for path in (self.folder / name).rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }


def _drop(place: Place) -> None:
    if place.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{place.database}" WITH (FORCE)')


def _make(folder: Path, vendor: str, template: str = "template0") -> Place:
    database = str(folder / "alveole.sqlite3")
    if vendor == "postgresql":
        database = f"{connection.settings_dict['NAME']}_{uuid.uuid4().hex[:8]}"
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
    return Place(folder, database, vendor)


@pytest.fixture(scope="module")
def _unblocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture
def empty_place(tmp_path: Path, _unblocked: None) -> Iterator[Callable[..., Place]]:
    """Make empty places; the vendor is the running one unless said."""
    made: list[Place] = []

    def make(vendor: str = connection.vendor) -> Place:
        made.append(_make(tmp_path / f"place{len(made)}", vendor))
        return made[-1]

    yield make
    for place in made:
        _drop(place)


@dataclass(frozen=True)
class LivedIn:
    """A site with people in two spheres, and a backup of it."""

    place: Place
    cast: Cast
    archive: Path


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, _unblocked: None) -> Iterator[LivedIn]:
    """Let people talk in two spheres, send files, and save it all."""
    folder = tmp_path_factory.mktemp("lived-in")
    place = _make(folder, connection.vendor)
    place.done("migrate", "-v0")
    with place.entered(), quiet():
        cast = in_their_place()
        for number in range(40):
            cast.say(cast.bob, f"Bob {number}")
        cast.say(cast.eve, AWKWARD)
        message = cast.say(cast.alice, "à effacer")
        with inside(cast.sphere):
            delete_message(cast.alice, message)
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "été.bin").write_bytes(os.urandom(LARGE_FILE_BYTES))
    (folder / "files" / "empty").touch()
    (folder / "secrets" / "django").write_text(settings.SECRET_KEY)
    archive = tmp_path_factory.mktemp("saved") / "site.tar.gz"
    place.done("backup", archive)
    yield LivedIn(place, cast, archive)
    _drop(place)


@pytest.fixture(scope="module")
def _restored(lived_in: LivedIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = _make(tmp_path_factory.mktemp("restored"), connection.vendor)
    place.done("restore", lived_in.archive)
    yield place
    _drop(place)


@pytest.fixture
def inhabited(_restored: Place, tmp_path: Path) -> Iterator[Place]:
    """Make a place where there is a site already: a copy of a restored one."""
    folder = shutil.copytree(_restored.folder, tmp_path / "inhabited")
    place = _make(folder, _restored.vendor, _restored.database)
    yield place
    _drop(place)


@pytest.fixture
def archive(lived_in: LivedIn, tmp_path: Path) -> Path:
    """Give a backup, to be damaged at will."""
    return Path(shutil.copy(lived_in.archive, tmp_path / "site.tar.gz"))
