"""What stands where a restore goes may be broken: it is set aside as it is, and hurts neither restore nor start."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.alveole.places import Place
from tests.alveole.test_restore import SETTLE, killed

pytestmark = pytest.mark.xdist_group("aside")

# Ends as by a cut of power: what it wrote is in the log alone.
CUT_OFF = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA wal_autocheckpoint=0")
database.execute("UPDATE messaging_message SET body = body || hex(randomblob(300))")
database.execute("DELETE FROM backup_restoration")
database.commit()
os._exit(0)
"""


def cut_off(place: Place) -> bytes:
    """Leave a log beside the place's database; give it."""
    subprocess.run([sys.executable, "-c", CUT_OFF, place.database], check=True)
    return Path(f"{place.database}-wal").read_bytes()


def overwrite(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"this is no database any more ......" * 4)


def cut(database: Path) -> None:
    with database.open("r+b") as file:
        file.truncate(database.stat().st_size // 2)


def aside(place: Place, ending: str = "") -> Path:
    """Give the file that was set aside with this ending."""
    [file] = place.folder.glob(f"alveole.sqlite3.before-restore-{'[0-9]' * 8}-{'[0-9]' * 6}{ending}")
    return file


def test_a_log_without_its_database_is_not_replayed_over_the_restored_rows(inhabited: Place, archive: Path) -> None:
    before = inhabited.rows()
    log = cut_off(inhabited)
    Path(inhabited.database).unlink()
    inhabited.done("restore", archive, "--replace")
    came = inhabited.rows()
    assert len(came.pop("backup_restoration")) == 1
    del before["backup_restoration"]
    assert came == before
    assert aside(inhabited, "-wal").read_bytes() == log


def test_a_rollback_journal_without_its_database_is_set_aside_too(inhabited: Place, archive: Path) -> None:
    Path(inhabited.database).unlink()
    Path(f"{inhabited.database}-journal").write_bytes(b"somebody's")
    inhabited.done("restore", archive, "--replace")
    assert not Path(f"{inhabited.database}-journal").exists()
    assert aside(inhabited, "-journal").read_bytes() == b"somebody's"


@pytest.mark.parametrize("damage", [overwrite, cut])
def test_a_damaged_database_is_replaced_and_set_aside_as_it_is(
    inhabited: Place, archive: Path, damage: Callable[[Path], None]
) -> None:
    before = inhabited.rows()
    damage(Path(inhabited.database))
    damaged = Path(inhabited.database).read_bytes()
    assert "Add --replace" in inhabited.refused("restore", archive)
    inhabited.done("restore", archive, "--replace")
    came = inhabited.rows()
    assert came.pop("backup_restoration") != before.pop("backup_restoration")
    assert came == before
    assert aside(inhabited).read_bytes()[100:] == damaged[100:]  # but for SQLite's head, which names the kind of log


def test_a_killed_restore_and_a_damaged_database_do_not_hinder_a_start(inhabited: Place, archive: Path) -> None:
    killed(inhabited, archive, "rows", "rows.put_back")
    overwrite(Path(inhabited.database))
    inhabited.done("shell", "-v0", "-c", SETTLE)
    assert not [path for path in inhabited.folder.iterdir() if "restoring" in path.name]


def test_a_database_that_is_locked_is_not_taken_for_a_damaged_one(inhabited: Place, archive: Path) -> None:
    killed(inhabited, archive, "places", "places.Staging.follow")
    with closing(sqlite3.connect(inhabited.database, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert inhabited.manage("shell", "-v0", "-c", SETTLE).returncode != 0
    assert (inhabited.folder / "restoring" / "id").exists()  # its files may still have to follow
