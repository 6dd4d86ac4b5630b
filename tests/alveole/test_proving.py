"""A backup counts once it was restored beside the site; each night one is made, proven and kept for a while."""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import tarfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from alveole import backup
from alveole.backup import nightly, proving
from alveole.backup.actions import record_proof
from alveole.backup.errors import Unproven
from alveole.backup.models import Proof
from alveole.backup.tasks import back_up
from alveole.hosting import lights
from alveole.logs import JsonFormatter
from tests.alveole.places import LivedIn, Place

pytestmark = [pytest.mark.db, pytest.mark.xdist_group("proving")]


def repacked(archive: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> None:
    """Let `change` alter the members and the manifest of an archive; without it the digests would tell."""
    with tarfile.open(archive) as tar:
        members = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]  # files
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    members["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(archive, "w:gz") as tar:
        for path, content in members.items():
            member = tarfile.TarInfo(path)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def altered(archive: Path, *, is_told: bool) -> None:
    """Change one word of one message in the archive; `is_told`: the manifest's digests agree with it."""
    name = "database/messaging_message/000000.jsonl"

    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        assert b"Bob 7" in members[name]
        members[name] = members[name].replace(b"Bob 7", b"Bob 8", 1)
        if is_told:
            manifest["members"][name]["sha256"] = hashlib.sha256(members[name]).hexdigest()

    repacked(archive, change)


def left_over(place: Place) -> list[str]:
    """Name what a proof may leave nowhere."""
    names = [path.name for path in place.folder.iterdir() if path.name.startswith("proving-")]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{place.database}_proof"])
            names += [str(name) for (name,) in cursor.fetchall()]
    return names


def test_a_proof_is_recorded_and_leaves_nothing_behind(lived_in: LivedIn, tmp_path: Path) -> None:
    said = lived_in.place.done("backup", tmp_path / "site.tar.gz", "--prove")
    assert "Proven: every row and every file came back." in said
    with lived_in.place.entered():
        proof = backup.last_proof()
        assert proof is not None
        assert (proof.archive, proof.failure, proof.stands) == ("site.tar.gz", "", True)
        assert backup.last_good_proof() == proof
    assert left_over(lived_in.place) == []


@pytest.mark.parametrize(
    ("is_told", "sentence", "french"),
    [
        (False, "is damaged: database/messaging_message", "est abîmé\u00a0: database/messaging_message"),
        (True, "messaging_message differs", "messaging_message diffère"),
    ],
)
def test_a_damaged_row_turns_the_light_red(
    lived_in: LivedIn, archive: Path, own_folder: Path, *, is_told: bool, sentence: str, french: str
) -> None:
    altered(archive, is_told=is_told)
    with lived_in.place.entered():
        with pytest.raises(Unproven, match=sentence):
            proving.prove(archive)
        proof = backup.last_proof()
        assert proof is not None
        assert not proof.stands
        for language, said in {"en": sentence, "fr": french}.items():
            with override(language):
                assert said in proof.reason
    assert left_over(lived_in.place) == []


def test_a_table_that_its_migrations_do_not_have_is_refused(archive: Path, empty_place: Callable[..., Place]) -> None:
    def forge(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        name, content = "database/nobody/000000.jsonl", b"[1]\n"
        members[name] = content
        manifest["members"][name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    repacked(archive, forge)
    sentence = empty_place().refused("restore", archive)
    assert sentence == "The backup's tables are not those of its migrations."


@pytest.fixture
def own_folder(lived_in: LivedIn, tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """Let this process believe that it runs the lived-in site, with its backups in a folder of the test."""
    with lived_in.place.entered():
        Proof.objects.all().delete()
    settings.DATA_DIR = lived_in.place.folder  # type: ignore[attr-defined]  # pytest-django's
    settings.BACKUPS_DIR = tmp_path / "backups"  # type: ignore[attr-defined]  # pytest-django's
    return tmp_path / "backups"


def test_a_trial_puts_no_file_into_the_sites_bucket(
    lived_in: LivedIn, own_folder: Path, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as bucket:
        bucket.bind(("127.0.0.1", 0))  # and does not listen: whoever calls it fails
        monkeypatch.setenv("ALVEOLE_S3_ENDPOINT", f"http://127.0.0.1:{bucket.getsockname()[1]}")
        for name in ("BUCKET", "KEY", "SECRET"):
            monkeypatch.setenv(f"ALVEOLE_S3_{name}", "alveole")
        with lived_in.place.entered():
            proving.prove(archive)


def test_each_night_one_is_made_and_proven_once(lived_in: LivedIn, own_folder: Path) -> None:
    own_folder.mkdir()
    (own_folder / "mine.tar.gz").touch()
    (own_folder / "alveole-2020-01-01.tar.gz.partial").touch()
    days = [date(2026, 1, 1) + timedelta(days=age) for age in range(80)]
    for day in days:
        (own_folder / f"alveole-{day}.tar.gz").touch()
    with lived_in.place.entered():
        back_up()
        first = backup.last_proof()
        assert first is not None
        assert first.stands
        made = (own_folder / first.archive).read_bytes()
        back_up()  # a task may come twice
        assert backup.last_proof() == first
    assert (own_folder / first.archive).read_bytes() == made
    stay = {f"alveole-{day}.tar.gz" for day in nightly.kept([*days, timezone.localdate()])}
    others = {"mine.tar.gz", "alveole-2020-01-01.tar.gz.partial"}
    assert {path.name for path in own_folder.iterdir()} == stay | others


def test_a_night_that_fails_is_recorded(lived_in: LivedIn, own_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    own_folder.write_text("not a folder")
    with lived_in.place.entered():
        good = backup.last_good_proof()
        back_up()
        proof = backup.last_proof()
        assert proof is not None
        assert backup.last_good_proof() == good
    with override("en"):
        assert "The backup was not written" in proof.reason
        assert caplog.messages == [f"The nightly backup failed: {proof.reason} ({proof.system})"]


def test_a_mistake_of_ours_is_logged_with_its_place_and_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    def stumble() -> None:
        raise LookupError("somebody's words")

    assert str(proving.outcome(stumble)) == "It ended by a mistake of ours. (LookupError)"
    [line] = [JsonFormatter().format(record) for record in caplog.records]
    assert json.loads(line)["failure"] == "LookupError"
    assert f"{__file__}:{stumble.__code__.co_firstlineno + 1}" in json.loads(line)["places"]
    assert "somebody" not in line


def test_however_many_nights_fail_the_last_good_one_stays(lived_in: LivedIn, own_folder: Path) -> None:
    own_folder.mkdir()
    for age in range(40):
        (own_folder / f"alveole-{date(2026, 1, 1) + timedelta(days=age)}.tar.gz").touch()
    (own_folder / f"alveole-{timezone.localdate()}.tar.gz").touch()  # which no restore takes
    with lived_in.place.entered():
        good = record_proof("alveole-2026-01-07.tar.gz")
        back_up()
        assert backup.last_good_proof() == good
        assert backup.last_proof() != good
    assert (own_folder / good.archive).exists()
    assert not (own_folder / "alveole-2026-01-08.tar.gz").exists()


def test_two_do_not_prove_at_once(lived_in: LivedIn, own_folder: Path) -> None:
    with lived_in.place.entered(), proving.alone():
        before = backup.last_proof()
        back_up()
        assert backup.last_proof() == before
        assert not own_folder.exists()


def test_seven_days_and_four_weeks_are_kept() -> None:
    days = [date(2026, 1, 1) + timedelta(days=age) for age in range(100)]  # to Friday, 10 April
    assert nightly.kept(days) == {*days[-7:], date(2026, 3, 22), date(2026, 3, 29), date(2026, 4, 5)}
    assert nightly.kept(days[:3]) == set(days[:3])
    assert nightly.kept([]) == set()


def test_what_cannot_be_tried_is_a_red_light(lived_in: LivedIn, own_folder: Path, archive: Path) -> None:
    place = lived_in.place
    with place.entered(), pytest.raises(Unproven, match="No such file"):
        proving.prove(own_folder / "none.tar.gz")
    if connection.vendor == "sqlite":
        return  # the scratch database is a file of the scratch folder
    used = connection.copy()
    used.settings_dict["NAME"] = f"{place.database}_proof"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{place.database}_proof" TEMPLATE template0')
    used.ensure_connection()  # it cannot be dropped while somebody uses it
    try:
        with place.entered(), pytest.raises(Unproven, match="cannot be made, so the backup was not tried"):
            proving.prove(archive)
    finally:
        used.close()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{place.database}_proof"')


class WithoutCreatedb(Place):
    """A place of which a process is told by a role that owns the database and may make no other."""

    @property
    def environment(self) -> dict[str, str]:
        """Give what a process at this place is told."""
        role = urlsplit(os.environ["ALVEOLE_TEST_WITHOUT_CREATEDB"])  # made by .ci/run, as only a superuser may
        return super().environment | {"ALVEOLE_DATABASE_URL": role._replace(path=f"/{self.database}").geturl()}


@pytest.mark.server
def test_a_role_that_may_make_no_database_is_a_red_light_that_says_what_to_do(inhabited: Place, tmp_path: Path) -> None:
    inhabited.done("backup", tmp_path / "may.tar.gz", "--prove")
    may_not = WithoutCreatedb(inhabited.folder, inhabited.database, inhabited.vendor)
    said = may_not.refused("backup", tmp_path / "may-not.tar.gz", "--prove")
    name = f"{inhabited.database}_proof"
    sentence = f"The scratch database {name} cannot be made, so the backup was not tried."
    assert said == f"{sentence} Give the role CREATEDB (ALTER ROLE … CREATEDB)."
    assert (tmp_path / "may-not.tar.gz").exists()  # saved it is
    with inhabited.entered():
        with override("en"):
            assert (lights.backups().state, lights.backups().sentence) == ("bad", f"The last trial failed: {said}")
        with override("fr"):
            assert f"La base d’essai {name} ne peut pas être créée" in lights.backups().sentence
            assert "Donnez CREATEDB au rôle" in lights.backups().sentence
    assert left_over(inhabited) == []
