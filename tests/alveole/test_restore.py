"""A restore takes place whole or not at all, and destroys nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from alveole.backup.models import Restoration
from alveole.claim import claim
from journal.publishing import quiet
from tests.alveole.places import LARGE_FILE_BYTES, LivedIn, Place, Rows, at_most
from tests.live import wait_until

pytestmark = [pytest.mark.db, pytest.mark.xdist_group("restore")]
EmptyPlace = Callable[..., Place]


def standing(place: Place) -> tuple[Rows, dict[str, bytes], set[str]]:
    """Give all that may not change."""
    names = {path.name for path in place.folder.iterdir()} - {"alveole.sqlite3-wal", "alveole.sqlite3-shm"}
    return place.rows(), place.files(), names


def test_a_site_is_not_replaced_unless_it_is_said(inhabited: Place, archive: Path) -> None:
    before = standing(inhabited)
    assert "Add --replace" in inhabited.refused("restore", archive)
    assert standing(inhabited) == before


def test_files_alone_are_not_replaced_either(archive: Path, empty_place: EmptyPlace) -> None:
    place = empty_place()
    (place.folder / "files").mkdir(parents=True)
    (place.folder / "files" / "mine").write_bytes(b"mine")
    assert "Add --replace" in place.refused("restore", archive)


def test_what_is_replaced_is_set_aside(inhabited: Place, archive: Path) -> None:
    (inhabited.folder / "files" / "mine").write_bytes(b"mine")
    (inhabited.folder / "secrets" / "django").write_text("another key")
    before = inhabited.rows()
    inhabited.done("restore", archive, "--replace")
    after = inhabited.rows()
    assert before.pop("backup_restoration") != after.pop("backup_restoration")
    assert after == before
    assert "files/mine" not in inhabited.files()
    assert inhabited.files()["secrets/django"] == settings.SECRET_KEY.encode()
    [files] = inhabited.folder.glob("files.before-restore-*")
    assert (files / "mine").read_bytes() == b"mine"
    assert any(key.read_text() == "another key" for key in inhabited.folder.glob("secrets.before-restore-*/django"))
    if connection.vendor == "sqlite":
        [old] = inhabited.folder.glob("alveole.sqlite3.before-restore-*")
        aside = Place(inhabited.folder, str(old), "sqlite").rows()
        del aside["backup_restoration"]
        assert aside == before
    else:
        with inhabited.entered(), connection.cursor() as cursor:
            cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_restore_%'")
            [(schema,)] = cursor.fetchall()
            cursor.execute(f'SELECT count(*) FROM "{schema}".journal_entry')  # noqa: S608  # the catalogue's own name
            assert cursor.fetchone()[0] == len(before["journal_entry"])


def test_a_running_site_is_not_touched(inhabited: Place, archive: Path) -> None:
    before = standing(inhabited)
    holding = claim(inhabited.folder)
    try:
        sentence = inhabited.refused("restore", archive, "--replace")
    finally:
        os.close(holding)
    assert sentence.startswith(f"Another Alvéole (process {os.getpid()}) is running")
    assert standing(inhabited) == before


def test_a_database_that_somebody_uses_is_not_touched(inhabited: Place, archive: Path) -> None:
    before = standing(inhabited)
    with inhabited.entered(), connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM journal_entry")
        cursor.fetchall()
        sentence = inhabited.refused("restore", archive, "--replace")
    assert "top " in sentence  # "Stop the site first", "Stop it first"
    assert standing(inhabited) == before


def test_a_cut_archive_changes_nothing(inhabited: Place, archive: Path) -> None:
    before = standing(inhabited)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    assert "is not a whole backup" in inhabited.refused("restore", archive, "--replace")
    assert standing(inhabited) == before


def test_a_disk_that_fills_changes_nothing(inhabited: Place, archive: Path) -> None:
    before = standing(inhabited)
    # SQLite's log of the migrations grows to 4 MB; too small for the large file.
    sentence = inhabited.refused("restore", archive, "--replace", limit=at_most(LARGE_FILE_BYTES - 1_000_000))
    assert "File too large" in sentence
    assert standing(inhabited) == before


def test_a_disk_that_fills_under_the_database_changes_nothing(inhabited: Place, archive: Path) -> None:
    if inhabited.vendor != "sqlite":
        return  # whose server writes to a disk of its own
    before = standing(inhabited)
    sentence = inhabited.refused("restore", archive, "--replace", limit=at_most(300_000))
    assert sentence.startswith("The database did not take it. (SQLITE_")
    assert standing(inhabited) == before


def test_a_disk_that_fills_during_a_backup_leaves_no_half_of_one(lived_in: LivedIn, tmp_path: Path) -> None:
    file = tmp_path / "full" / "site.tar.gz"
    sentence = lived_in.place.refused("backup", file, limit=at_most(1_000_000))
    assert sentence == f"The backup was not written to {file}. Nothing is left of it. (File too large)"
    assert list(file.parent.iterdir()) == []
    with lived_in.place.entered(), quiet():
        lived_in.cast.say(lived_in.cast.bob, "and the site goes on")


def test_an_older_backup_stays_when_the_disk_fills(lived_in: LivedIn, archive: Path) -> None:
    before = archive.read_bytes()
    lived_in.place.refused("backup", archive, limit=at_most(1_000_000))
    assert archive.read_bytes() == before


def test_an_archive_of_an_older_schema_is_brought_up_to_date(
    inhabited: Place, empty_place: EmptyPlace, tmp_path: Path
) -> None:
    inhabited.done("migrate", "backup", "zero", "-v0")
    inhabited.done("backup", tmp_path / "older.tar.gz")
    place = empty_place()
    place.done("restore", tmp_path / "older.tar.gz")
    came = place.rows()
    assert len(came.pop("backup_restoration")) == 1
    assert came.pop("backup_proof") == []
    older = inhabited.rows()
    # What Django adds for the tables that are new.
    for table in ("auth_permission", "django_content_type"):
        assert set(older.pop(table)) <= set(came.pop(table))
    assert came == older
    with place.entered(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'backup'")
        assert cursor.fetchone()[0] >= 1


KILLED_BY_ITSELF = """
import os, sys
from alveole.backup import {module}
def die(*_, **__): os.kill(os.getpid(), 9)
{target} = die
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "restore", sys.argv[1], "--replace"])
"""


def killed(place: Place, archive: Path, module: str, target: str) -> None:
    """Restore, and be killed where `target` would be called."""
    script = KILLED_BY_ITSELF.format(module=module, target=target)
    # Models are imported by the script's first line: Django has to be set up before.
    script = "import django; django.setup()\n" + script
    environment = place.environment | {"DJANGO_SETTINGS_MODULE": "alveole.settings"}
    run = subprocess.run([sys.executable, "-c", script, archive], env=environment, cwd=settings.BASE_DIR, check=False)
    assert run.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("module", "target"),
    [("rows", "rows.put_back"), ("restoring", "restoring._compare"), ("actions", "actions.record_restoration")],
)
def test_killed_before_the_rows_are_there_the_old_site_stands(
    inhabited: Place, archive: Path, module: str, target: str
) -> None:
    (inhabited.folder / "files" / "mine").write_bytes(b"mine")
    rows, files, _names = standing(inhabited)
    killed(inhabited, archive, module, target)
    if connection.vendor == "postgresql":
        wait_until(lambda: is_alone(inhabited), "the server notices")
    assert (inhabited.rows(), inhabited.files()) == (rows, files)
    inhabited.done("restore", archive, "--replace")
    assert "files/mine" not in inhabited.files()
    assert not [path for path in inhabited.folder.iterdir() if "restoring" in path.name]


def is_alone(place: Place) -> bool:
    with place.entered(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return bool(cursor.fetchone()[0] == 1)


SETTLE = "from alveole.backup.places import settle; settle()"
KILLED_WHILE_FORGETTING = f"import os, shutil; shutil.rmtree = lambda *_, **__: os.kill(os.getpid(), 9); {SETTLE}"


def test_killed_while_it_cleans_up_the_next_start_goes_on(inhabited: Place, archive: Path) -> None:
    killed(inhabited, archive, "places", "places.Staging.follow")
    assert inhabited.manage("shell", "-v0", "-c", KILLED_WHILE_FORGETTING).returncode == -signal.SIGKILL
    assert not (inhabited.folder / "restoring" / "id").exists()
    inhabited.done("shell", "-v0", "-c", SETTLE)
    assert not [path for path in inhabited.folder.iterdir() if "restoring" in path.name]


def test_keys_that_took_their_places_before_a_kill_are_not_asked_for(inhabited: Place, archive: Path) -> None:
    killed(inhabited, archive, "places", "places.Staging.follow")
    shutil.rmtree(inhabited.folder / "restoring" / "secrets")
    inhabited.done("shell", "-v0", "-c", SETTLE)
    assert not [path for path in inhabited.folder.iterdir() if "restoring" in path.name]


def test_killed_after_the_rows_are_there_the_files_follow(inhabited: Place, archive: Path) -> None:
    (inhabited.folder / "files" / "mine").write_bytes(b"mine")
    (inhabited.folder / "secrets" / "django").write_text("another key")
    killed(inhabited, archive, "places", "places.Staging.follow")
    assert "files/mine" in inhabited.files()
    with inhabited.entered():
        assert Restoration.objects.count() == 1
    # Whatever comes next settles it first: `serve`, or another restore.
    inhabited.done("shell", "-v0", "-c", SETTLE)
    assert "files/mine" not in inhabited.files()
    assert inhabited.files()["secrets/django"] == settings.SECRET_KEY.encode()
    assert not [path for path in inhabited.folder.iterdir() if "restoring" in path.name]
