"""`manage.py serve` saves a site before migrations change it, and does not touch one that it does not know."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from journal.models import Entry
from journal.publishing import quiet
from spheres.organisations.actions import found_organisation, found_sphere
from spheres.organisations.models import Holding, Offer
from spheres.seal import inside
from tests.alveole.places import Place
from tests.alveole.site import START_SECONDS, served
from tests.conftest import person

pytestmark = pytest.mark.xdist_group("upgrade")


def test_the_site_is_saved_before_migrations(inhabited: Place) -> None:
    inhabited.done("migrate", "backup", "zero", "-v0")
    older = inhabited.rows()
    with served(inhabited.folder) as site:
        site.wait_until_it_answers()
        [archive] = (inhabited.folder / "backups").iterdir()
        assert f"Saved the site before it is changed: {archive}\nPreparing the database…" in site.said
        assert site.end() == 0
    inhabited.done("restore", archive, "--replace")
    inhabited.done("migrate", "backup", "zero", "-v0")
    assert inhabited.rows() == older


def test_an_upgrade_that_keeps_failing_does_not_push_out_the_backup_from_before_it(inhabited: Place) -> None:
    inhabited.done("migrate", "backup", "zero", "-v0")
    older, backups = inhabited.rows(), inhabited.folder / "backups"
    backups.mkdir()
    earlier = [backups / f"before-migrations-{year}0101-000000.tar.gz" for year in (2020, 2021, 2022)]
    for file in earlier:
        file.touch()
    with closing(sqlite3.connect(inhabited.database)) as database:
        database.execute("CREATE TABLE backup_proof (in_the_way)")
        for _attempt in range(2):
            assert "already exists" in inhabited.manage("prepare").stderr
        [saved] = set(backups.iterdir()) - set(earlier)
        assert all(file.exists() for file in earlier)
        database.execute("DROP TABLE backup_proof")
    inhabited.done("prepare")
    assert set(backups.iterdir()) == {*earlier[1:], saved}
    inhabited.done("migrate", "backup", "zero", "-v0")
    assert inhabited.rows() == older
    inhabited.done("prepare")  # another upgrade, another backup
    assert len(set(backups.iterdir()) - {*earlier, saved}) == 1
    inhabited.done("restore", saved, "--replace")
    inhabited.done("migrate", "backup", "zero", "-v0")
    assert inhabited.rows() == older


@pytest.mark.db
def test_a_hall_from_before_halls_were_told_is_told_by_the_first_start(inhabited: Place) -> None:
    with inhabited.entered(), quiet():
        hall = found_organisation(person("Maud"), name="Lormeau")
        held = found_sphere(hall, name="Lieu", type="open")
        with inside(hall.sphere):
            Offer.objects.all().delete()
            Holding.objects.all().delete()
    for _start in range(2):
        inhabited.done("prepare")
        with inhabited.entered(), inside(hall.sphere):
            assert [one.held_id for one in Holding.objects.all()] == [held.sphere_id]
            [offered] = Offer.objects.all()
            told = Entry.objects.filter(journal_id=hall.sphere.journal_id, object_id=offered.pk)
            assert [entry.verb for entry in told] == ["offered"]


def test_without_room_for_the_backup_nothing_is_migrated(inhabited: Place) -> None:
    inhabited.done("migrate", "backup", "zero", "-v0")
    older = inhabited.rows()
    (inhabited.folder / "backups").write_text("not a folder")
    with served(inhabited.folder) as site:
        assert site.process.wait(START_SECONDS) == 1
    assert "The backup was not written to" in site.said
    assert inhabited.rows() == older


def test_a_database_of_a_newer_version_is_not_touched(inhabited: Place) -> None:
    with closing(sqlite3.connect(inhabited.database)) as database:
        database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('messaging', '9999_later', '')")
        database.commit()
    before = inhabited.rows()
    with served(inhabited.folder) as site:
        assert site.process.wait(START_SECONDS) == 1
    assert "This database was made by a newer Alvéole (messaging.9999_later is not known here)" in site.said
    assert inhabited.rows() == before
    assert not (inhabited.folder / "backups").exists()
