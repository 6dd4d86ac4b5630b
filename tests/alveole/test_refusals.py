"""A start that cannot be: one sentence says what is in the way and what to do, and what stood there stands."""

from __future__ import annotations

import ctypes
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from alveole.parts import PartCommand
from tests.alveole.places import LONGEST_SECONDS, LivedIn, Place, at_most
from tests.alveole.site import free_port

pytestmark = pytest.mark.xdist_group("refusals")

PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2  # prctl(2), capabilities(7)
BEFORE = re.compile(r"Saved the site before it is changed: (.+)\nPreparing the database…\n")
SCRIPT = """
import django; django.setup()
{body}
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *{words}])
"""


def obeying() -> None:
    """Let root, too, be bound by the rights of files."""
    if sys.platform == "linux":
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability)


def complaint(place: Place, *words: str, limit: Callable[[], None] | None = None) -> str:
    """Run what must not succeed; give the one line that it complains by."""
    if words == ("serve",):
        words = ("serve", f"--port={free_port()}")
    done = place.manage(*words, limit=limit)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    return done.stderr.strip()


def run_changed(place: Place, body: str, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a command in a process that something is done to first."""
    script = SCRIPT.format(body=body, words=[str(word) for word in words])
    environment = place.environment | {"DJANGO_SETTINGS_MODULE": "alveole.settings"}
    return subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )


def put_in_the_way(place: Place) -> None:
    """Make a table of a name that a migration will want."""
    with place.entered(), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE backup_proof (in_the_way integer)")


@pytest.mark.db
def test_a_migration_that_dies_says_which_and_why_and_the_way_back(inhabited: Place) -> None:
    inhabited.done("migrate", "backup", "zero", "-v0")
    older = inhabited.rows()
    put_in_the_way(inhabited)
    first = inhabited.manage("prepare")
    said = BEFORE.fullmatch(first.stdout)
    assert said
    saved = said[1]
    kind = "table" if connection.vendor == "sqlite" else "relation"
    sentence = (
        f'The migration backup.0001_initial failed: {kind} "backup_proof" already exists. '
        "The site was not started, and the next start tries again. "
        f"The site as it was lies in {saved}: to go back, check out the version that it was, run its set-up, and "
        f"manage.py restore {saved} --replace (see docs/backup.md).\n"
    )
    assert (first.returncode, first.stderr) == (1, sentence)
    again = inhabited.manage("prepare")
    assert (again.returncode, again.stderr) == (1, sentence)
    inhabited.done("restore", saved, "--replace")
    inhabited.done("migrate", "backup", "zero", "-v0")
    assert inhabited.rows() == older


@pytest.mark.db
def test_where_nobody_was_there_is_no_way_back_to_tell(empty_place: Callable[[], Place]) -> None:
    place = empty_place()
    place.done("check")  # makes the folder
    put_in_the_way(place)
    assert complaint(place, "prepare").endswith("The site was not started, and the next start tries again.")
    assert not (place.folder / "backups").exists()


@pytest.mark.db
def test_a_mistake_in_a_migration_is_named_by_its_place_and_not_by_its_words(inhabited: Place) -> None:
    inhabited.done("migrate", "backup", "zero", "-v0")
    stumbling = """
from django.db.migrations import CreateModel
def stumble(*_): raise LookupError("somebody's words")
CreateModel.database_forwards = stumble
"""
    done = run_changed(inhabited, stumbling, "prepare")
    assert re.match(r"The migration backup\.0001_initial failed: LookupError at <string>:\d+\. The site", done.stderr)
    assert "somebody" not in done.stderr
    inhabited.done("prepare")


@pytest.mark.db
def test_what_dies_after_the_last_migration_is_not_called_one(inhabited: Place) -> None:
    inhabited.done("migrate", "backup", "zero", "-v0")
    types = ContentType.objects.filter(app_label="backup")
    with inhabited.entered():
        types.delete()
    stumbling = "from spheres import ties\ndef stumble(*_): raise LookupError\nties.tie = stumble"
    for _attempt in range(2):
        done = run_changed(inhabited, stumbling, "prepare")
        assert done.stderr.startswith("Putting the database in order failed: LookupError at ")
        [saved] = (inhabited.folder / "backups").iterdir()
        assert f"lies in {saved}: " in done.stderr
    inhabited.done("prepare")
    with inhabited.entered():
        assert types.all().exists()  # what would have followed is not left out
    assert "Preparing" not in inhabited.done("prepare")


@pytest.mark.db
def test_a_restore_that_is_under_way_is_not_settled_by_a_start(inhabited: Place, archive: Path) -> None:
    meanwhile = f"""
import subprocess, sys
from alveole.backup import rows
put_back = rows.put_back
def and_prepare(*given):
    rows.put_back = put_back
    prepare = [sys.executable, {str(settings.BASE_DIR / "manage.py")!r}, "prepare"]
    assert subprocess.run(prepare, timeout=60, check=False).returncode == 1
    put_back(*given)
rows.put_back = and_prepare
"""
    done = run_changed(inhabited, meanwhile, "restore", archive, "--replace")
    assert done.stdout.startswith("Restored "), done.stderr
    assert re.fullmatch(r"Another Alvéole \(process \d+\) is running on \S+\. Stop it, or .*\n", done.stderr)
    inhabited.done("prepare")


@pytest.mark.parametrize(
    ("command", "damage", "words"),
    [
        ("serve", lambda whole: os.urandom(len(whole)), "file is not a database"),
        ("prepare", lambda whole: whole[: len(whole) // 2], "database disk image is malformed"),
    ],
)
def test_a_damaged_database_is_named_left_alone_and_replaced_by_the_command_that_is_said(
    inhabited: Place, lived_in: LivedIn, command: str, damage: Callable[[bytes], bytes], words: str
) -> None:
    before, file, backups = inhabited.rows(), Path(inhabited.database), inhabited.folder / "backups"
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    sentence = f"The database {file} is damaged ({words}), and was left as it is."
    bring = f"No backup lies in {backups}: bring one, and let it take the database's place, which is set aside, by: "
    assert complaint(inhabited, command) == f"{sentence} {bring}manage.py restore FILE --replace"
    backups.mkdir()
    (backups / "alveole-2030-01-31.tar.gz").write_bytes(lived_in.archive.read_bytes())
    (backups / "before-migrations-20290131-031700.tar.gz").touch()
    os.utime(backups / "before-migrations-20290131-031700.tar.gz", (0, 0))
    said = complaint(inhabited, command)
    assert said.startswith(f"{sentence} The newest backup takes its place, and sets it aside, by: manage.py restore ")
    assert file.read_bytes() == damaged
    line = said.partition("manage.py ")[2].partition(" (see")[0]
    inhabited.done(*shlex.split(line))
    after = inhabited.rows()
    assert (len(after.pop("backup_restoration")), len(before.pop("backup_restoration"))) == (1, 1)
    assert after == before
    assert [path.read_bytes() for path in inhabited.folder.glob("alveole.sqlite3.before-restore-*")] == [damaged]


def of_the_folder(folder: Path) -> str:
    """Begin a sentence about the data folder."""
    return f"ALVEOLE_DATA must name a folder that this user may write to, on a disk with room: {folder}"


@pytest.mark.parametrize(("command", "name"), [("serve", "alveole.sqlite3"), ("prepare", ".")])
def test_what_may_not_be_written_is_said_before_anybody_writes(inhabited: Place, command: str, name: str) -> None:
    path = inhabited.folder / name
    before = path.stat().st_mode
    path.chmod(before & ~0o222)
    try:
        said = complaint(inhabited, command, limit=obeying)
    finally:
        path.chmod(before)
    assert said == f"{of_the_folder(path)}: Permission denied. For instance: ALVEOLE_DATA=/var/lib/alveole"


def test_a_key_that_is_somebody_elses_and_a_folder_that_cannot_be_made_are_said_so(
    inhabited: Place, tmp_path: Path
) -> None:
    key = inhabited.folder / "secrets" / "django"
    key.chmod(0)
    assert complaint(inhabited, "check", limit=obeying).startswith(f"{of_the_folder(key)}: Permission denied.")
    (tmp_path / "file").touch()
    below = Place(tmp_path / "file" / "data", inhabited.database, "sqlite")
    assert ": Not a directory." in complaint(below, "check")


def test_a_full_disk_is_said_so(inhabited: Place) -> None:
    assert complaint(inhabited, "serve", limit=at_most(0)).startswith(of_the_folder(inhabited.folder))
    said = complaint(inhabited, "prepare", limit=at_most(100))
    assert said.startswith(f"The database {inhabited.database} cannot be used (disk I/O error): ")
    inhabited.done("prepare")


def test_a_database_that_another_program_holds_is_said_so(inhabited: Place) -> None:
    with closing(sqlite3.connect(inhabited.database)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "(database is locked): " in complaint(inhabited, "prepare")


@dataclass(frozen=True)
class Away(Place):
    """A place whose database answers nobody."""

    @property
    def environment(self) -> dict[str, str]:
        """Give what a process at this place is told."""
        url = f"postgres://alveole:geheim@127.0.0.1:{free_port()}/alveole"
        return super().environment | {"ALVEOLE_DATABASE_URL": url}


def test_a_database_that_does_not_answer_is_said_so_without_its_password(tmp_path: Path) -> None:
    said = complaint(Away(tmp_path / "data", "", "sqlite"), "prepare")
    assert said.startswith("The database does not answer: connection failed: ")
    assert said.endswith(" Start it, or correct ALVEOLE_DATABASE_URL.")
    assert "geheim" not in said


def test_a_part_says_what_its_work_is() -> None:
    with pytest.raises(TypeError, match="abstract"):
        PartCommand()  # type: ignore[abstract]  # that it cannot be made is what is asked
