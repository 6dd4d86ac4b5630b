"""A backup holds the whole site as it was at one moment, and a restore brings it back, on either database."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.apps import apps
from django.core.cache import caches
from django.db import connection, connections, models
from django.test import Client

from alveole.backup.archive import check
from alveole.backup.kinds import Kind, kind_of
from journal.models import Entry, Journal
from journal.publishing import quiet
from messaging.models import Message
from spheres.seal import inside
from tests.alveole.places import MANAGE, LivedIn, Place
from tests.live import wait_until
from tests.sync.device import Device

pytestmark = [pytest.mark.db, pytest.mark.xdist_group("backup")]
EmptyPlace = Callable[..., Place]


def test_what_comes_back_is_what_was_saved(lived_in: LivedIn, empty_place: EmptyPlace, tmp_path: Path) -> None:
    archive, there = tmp_path / "site.tar.gz", empty_place()
    lived_in.place.done("backup", archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["site.tar.gz"]
    saved = lived_in.place.rows()
    there.done("restore", archive)
    came = there.rows()
    assert len(came.pop("backup_restoration")) == 1
    assert saved.pop("backup_restoration") == []
    assert sum(len(rows) for rows in saved.values()) > 100
    assert came == saved
    assert there.files() == lived_in.place.files()
    assert len(there.files()) == 3


def test_a_site_moves_to_the_other_database_and_back(
    lived_in: LivedIn, empty_place: EmptyPlace, tmp_path: Path
) -> None:
    saved = lived_in.place.rows()
    lived_in.place.done("backup", tmp_path / "1.tar.gz")
    embedded, back = empty_place("sqlite"), empty_place()
    embedded.done("restore", tmp_path / "1.tar.gz")
    embedded.done("backup", tmp_path / "2.tar.gz")
    back.done("restore", tmp_path / "2.tar.gz")
    came = back.rows()
    del came["backup_restoration"], saved["backup_restoration"]
    assert came == saved
    first, second = check(tmp_path / "1.tar.gz"), check(tmp_path / "2.tar.gz")
    assert (first.header.vendor, second.header.vendor) == (connection.vendor, "sqlite")
    changed = {name for name, table in first.tables.items() if second.tables[name] != table}
    assert changed == {"journal_journal", "backup_restoration"}  # epochs, and that there was a restore


def test_a_session_outlives_the_restore(lived_in: LivedIn, empty_place: EmptyPlace, tmp_path: Path) -> None:
    bob, there = lived_in.cast.bob.person, empty_place()
    assert bob is not None
    with lived_in.place.entered():
        client = Client()
        client.force_login(bob)
        key = client.session.session_key
    lived_in.place.done("backup", tmp_path / "site.tar.gz")
    there.done("restore", tmp_path / "site.tar.gz")
    script = (
        "from django.contrib.auth import get_user; from django.http import HttpRequest;"
        "from django.contrib.sessions.backends.db import SessionStore as S; r = HttpRequest();"
        f"r.session = S({key!r}); print(get_user(r).pk)"
    )
    assert there.done("shell", "-v0", "-c", script).strip() == str(bob.pk)
    (there.folder / "secrets" / "django").write_text("another key")
    assert there.done("shell", "-v0", "-c", script).strip() == "None"


def test_a_device_starts_every_journal_anew_by_itself(
    lived_in: LivedIn, empty_place: EmptyPlace, tmp_path: Path
) -> None:
    cast, there = lived_in.cast, empty_place()
    assert cast.bob.person is not None
    lived_in.place.done("backup", tmp_path / "site.tar.gz")
    with lived_in.place.entered(), quiet():
        client = Client()
        client.force_login(cast.bob.person)
        cast.say(cast.alice, "dit après la sauvegarde")
        device = Device(client, cast.bob).pull()
        assert device.bodies()[-1] == "dit après la sauvegarde"
    there.done("restore", tmp_path / "site.tar.gz")
    caches["rows"].clear()  # of a process that a restore never finds running
    with there.entered(), quiet():
        client.force_login(cast.bob.person)
        assert set(device.ask().json()["reset"]) == set(device.cursors)
        cast.say(cast.bob, "dit après le retour")  # by a number that the device knew with other words
        device.pull()
        assert device.shown == Device(client, cast.bob).pull().shown
        assert device.bodies()[-1] == "dit après le retour"
        assert "dit après la sauvegarde" not in device.bodies()


def test_new_rows_have_numbers_after_the_restored_ones(lived_in: LivedIn, inhabited: Place) -> None:
    script = "from spheres.models import Reader as R; r = R.objects.latest('pk'); r.until = 1; r.pk = None; r.save()"
    before = len(inhabited.rows()["spheres_reader"])
    inhabited.done("shell", "-v0", "-c", script)
    assert len(inhabited.rows()["spheres_reader"]) == before + 1


def test_writers_go_on_and_everything_said_before_is_in(
    lived_in: LivedIn, empty_place: EmptyPlace, tmp_path: Path
) -> None:
    cast, there = lived_in.cast, empty_place()
    acknowledged: list[UUID] = []
    stop = threading.Event()

    def talk(number: int) -> None:
        author = (cast.bob, cast.alice, cast.eve)[number % 3]
        try:
            with quiet():
                while not stop.is_set():
                    acknowledged.append(cast.say(author, f"{number}").pk)
        finally:
            connections.close_all()

    with lived_in.place.entered():
        writers = [threading.Thread(target=talk, args=(number,)) for number in range(3)]
        for writer in writers:
            writer.start()
        try:
            wait_until(lambda: len(acknowledged) > 50, "people talk")
            before = list(acknowledged)
            lived_in.place.done("backup", tmp_path / "site.tar.gz")
            during = len(acknowledged)
            wait_until(lambda: len(acknowledged) > during, "they still talk")
        finally:
            stop.set()
            for writer in writers:
                writer.join()
    assert during > len(before)
    there.done("restore", tmp_path / "site.tar.gz")  # which checks every key
    with there.entered():
        kept: set[UUID] = set()
        for sphere in (cast.sphere, cast.eve.sphere):
            with inside(sphere):
                kept |= set(Message.objects.values_list("pk", flat=True))
        assert set(before) <= kept
        entries = Counter(Entry.objects.values_list("journal_id", flat=True))
        assert dict(Journal.objects.filter(last_seq__gt=0).values_list("pk", "last_seq")) == entries
        said = Entry.objects.filter(kind="messaging.message", verb="posted")
        assert set(said.values_list("object_id", flat=True)) == kept


def test_a_backup_may_go_down_a_pipe(lived_in: LivedIn, empty_place: EmptyPlace, tmp_path: Path) -> None:
    with (tmp_path / "piped.tar.gz").open("wb") as out:
        subprocess.run([sys.executable, MANAGE, "backup", "-"], env=lived_in.place.environment, stdout=out, check=True)
    assert check(tmp_path / "piped.tar.gz").tables["accounts_user"]["rows"] == 5


def test_what_is_no_file_is_not_replaced(lived_in: LivedIn, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        assert lived_in.place.refused("backup", path) == f"{path} is not a file."


def test_a_file_whose_name_no_restore_would_take_is_named_when_it_is_saved(inhabited: Place, tmp_path: Path) -> None:
    (inhabited.folder / "files" / "a\\b").write_bytes(b"odd")
    sentence = inhabited.refused("backup", tmp_path / "site.tar.gz")
    assert sentence == "No backup can hold a file of this name: files/a\\b. Give it another."
    assert not (tmp_path / "site.tar.gz").exists()


def test_a_folder_without_a_site_is_not_saved(empty_place: EmptyPlace, tmp_path: Path) -> None:
    assert empty_place().refused("backup", tmp_path / "site.tar.gz") == "There is no site here to save."
    assert not (tmp_path / "site.tar.gz").exists()


def test_every_field_has_a_form_in_archives() -> None:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            assert isinstance(kind_of(field), Kind)
    with pytest.raises(TypeError, match="DurationField"):
        kind_of(models.DurationField())
