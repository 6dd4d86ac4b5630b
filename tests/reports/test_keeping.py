"""A report is kept once a day at most, told to everybody in the sphere, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone, translation

from journal import clock
from journal.models import Entry
from journal.publishing import Recorded, entry_listeners
from spheres.actions import admit, archive, delete_sphere, settle
from spheres.models import Membership, Sphere
from spheres.reports import tasks
from spheres.reports.actions import erase_some, keep, outdate
from spheres.reports.models import Part, Report
from spheres.reports.querysets import due
from spheres.reports.routes import routes
from spheres.seal import inside
from spheres.slots import slots
from sync.frames import finished
from tests.conftest import Cast, person
from tests.reports.making import line
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
DAY = timedelta(days=1)
PARTS = {"spheres": [line()], "messaging": [line("/s/…/conversations/…/")]}


def is_due(cast: Cast, after: timedelta = timedelta()) -> bool:
    with clock.at(clock.now() + after):
        return cast.sphere in due()


def told(cast: Cast) -> list[tuple[str, str]]:
    """Give what was told of the report, by kind and verb."""
    entries = Entry.objects.filter(journal=cast.sphere.journal_id, kind__startswith="reports.").order_by("seq")
    return list(entries.values_list("kind", "verb"))


def test_twice_a_day_is_once(cast: Cast) -> None:
    first = keep(cast.sphere, PARTS)
    assert first is not None
    assert keep(cast.sphere, PARTS | {"guests": [line()]}) is None
    assert len(told(cast)) == 3
    with clock.at(clock.now() + DAY):
        again = keep(cast.sphere, PARTS)
    assert again is not None
    assert (again.pk, again.checked_at > first.checked_at) == (first.pk, True)


def test_what_became_public_meanwhile_is_asked_again(cast: Cast) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    assert keep(cast.sphere, PARTS) is None
    assert is_due(cast)
    cast.sphere.refresh_from_db()
    assert keep(cast.sphere, PARTS) is not None


def test_an_ordinary_day_is_one_entry(cast: Cast) -> None:
    keep(cast.sphere, PARTS)
    before = told(cast)
    with clock.at(clock.now() + DAY):
        keep(cast.sphere, PARTS)
    assert told(cast)[len(before) :] == [("reports.report", "checked")]
    with clock.at(clock.now() + 2 * DAY):
        keep(cast.sphere, {"spheres": [line(), line("/s/…/", "told", 200)]})
    assert told(cast)[len(before) + 1 :] == [
        ("reports.part", "dropped"),
        ("reports.part", "answered"),
        ("reports.report", "leaked"),
    ]
    with inside(cast.sphere):
        assert [part.name for part in Part.objects.all()] == ["spheres"]


def test_who_is_due(cast: Cast) -> None:
    assert is_due(cast)
    keep(cast.sphere, PARTS)
    assert not is_due(cast)
    assert not is_due(cast, DAY)  # nothing happened
    assert is_due(cast, 8 * DAY)
    with clock.at(clock.now() + timedelta(seconds=1)):
        cast.say(cast.bob)
    assert not is_due(cast)
    assert is_due(cast, DAY)


def test_a_leak_is_asked_about_every_day(cast: Cast) -> None:
    keep(cast.sphere, {"spheres": [line("/s/…/", "told", 200)]})
    assert not is_due(cast)
    assert is_due(cast, DAY)


def test_whoever_waits_longest_comes_first(cast: Cast) -> None:
    keep(cast.sphere, PARTS)
    with clock.at(clock.now() + 9 * DAY):
        assert [*due()] == [cast.eve.sphere, cast.sphere]


def test_a_deleted_sphere_is_not_asked_about_and_an_archived_one_is(cast: Cast) -> None:
    archive(cast.alice)
    assert is_due(cast)
    delete_sphere(cast.alice)
    assert not is_due(cast)
    assert keep(cast.sphere, PARTS) is None


def test_the_task_asks_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    first = due().first()
    assert first is not None
    tasks.check_seals()
    assert [*due()] == [other for other in (cast.sphere, cast.eve.sphere) if other != first]
    with inside(first):
        assert Report.objects.get().leaks == []


def test_a_run_that_fails_keeps_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sphere] = []

    def fails(sphere: Sphere, *, pause: float) -> None:
        asked.append(sphere)
        raise ValueError

    monkeypatch.setattr(tasks, "check", fails)
    with pytest.raises(ExceptionGroup):
        tasks.check_seals()
    assert len(asked) == 2


def test_who_cannot_be_asked_about_lets_the_next_come_first(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 1)
    failing, asked = due()[0], list[Sphere]()

    def fails_once(sphere: Sphere, *, pause: float) -> None:
        asked.append(sphere)
        if sphere == failing:
            raise ValueError

    monkeypatch.setattr(tasks, "check", fails_once)
    with pytest.raises(ExceptionGroup):
        tasks.check_seals()
    tasks.check_seals()
    assert [one == failing for one in asked] == [True, False]
    with pytest.raises(ExceptionGroup):  # and then it is tried again
        tasks.check_seals()


def test_a_report_that_cannot_be_made_anew_says_so(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and until one is made; devices are told."""

    def fails(sphere: Sphere, *, pause: float) -> None:
        raise ValueError

    def run(days: int) -> str:
        with clock.at(clock.now() + days * DAY), pytest.raises(ExceptionGroup):
            tasks.check_seals()
        return str(page(browse(cast.bob), cast).content.decode())

    keep(cast.sphere, PARTS)
    monkeypatch.setattr(tasks, "check", fails)
    device = Device(browse(cast.bob), cast.bob).pull()
    assert "Not checked since" not in run(8)
    for _again in range(2):
        assert "Not checked since" in run(10)
    assert told(cast)[3:] == [("reports.report", "outdated")]
    with clock.at(clock.now() + 11 * DAY):
        outdate(cast.sphere)
    assert told(cast)[3:] == [("reports.report", "outdated")]
    assert device.pull().shown == Device(browse(cast.bob), cast.bob).pull().shown
    assert is_due(cast, 11 * DAY)
    with clock.at(clock.now() + 11 * DAY):
        keep(cast.sphere, PARTS)
        outdate(cast.sphere)  # another worker made it anew meanwhile
    assert "Not checked since" not in page(browse(cast.bob), cast).content.decode()


def test_no_run_takes_the_worker_for_long(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "MOST_SECONDS", -1)
    tasks.check_seals()
    assert told(cast) == []


def page(client: Client, cast: Cast) -> Any:
    return client.get(f"/s/{cast.sphere.slug}/seal/")


def test_everybody_in_the_sphere_reads_it_and_nobody_else(cast: Cast, browse: Browse) -> None:
    assert "Not asked yet" in page(browse(cast.carol), cast).content.decode()
    keep(cast.sphere, PARTS)
    for member in (cast.alice, cast.bob, cast.carol):
        words = page(browse(member), cast).content.decode()
        assert "4 requests, and none told a stranger anything." in words
        assert "/s/…/conversations/…/" in words
        home = browse(member).get(f"/s/{cast.sphere.slug}/").content.decode()
        assert f'href="/s/{cast.sphere.slug}/seal/"' in home
    for stranger in (cast.dan, cast.eve):
        assert page(browse(stranger), cast).status_code == 404
    assert "requests" not in browse(cast.eve).get(f"/s/{cast.eve.sphere.slug}/seal/").content.decode()


def test_who_comes_later_reads_it_too(cast: Cast, browse: Browse) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    keep(cast.sphere, PARTS)
    cast.alice.refresh_from_db()
    late = admit(cast.alice, person("Gil"), name="Gil")
    assert "4 requests, and none told a stranger anything." in page(browse(late), cast).content.decode()


def test_it_is_told_to_devices_of_the_sphere_alone(
    cast: Cast, browse: Browse, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """Convergence, and that what is told is what is stored, as of every other verb."""
    everybody = [cast.alice, cast.bob, cast.carol, cast.eve]
    devices = {member.pk: Device(browse(member), member).pull() for member in everybody}
    news: list[Recorded] = []
    entry_listeners.append(news.append)
    try:
        with django_capture_on_commit_callbacks(execute=True), timezone.override("Asia/Tokyo"):
            keep(cast.sphere, PARTS)
            with clock.at(clock.now() + DAY):
                keep(cast.sphere, {"spheres": [line(status=410)]})
    finally:
        entry_listeners.remove(news.append)
    for member in everybody:
        stale = devices[member.pk].stale_copy()
        assert stale.pull().shown == Device(browse(member), member).pull().shown
        kinds = sorted(row["k"] for row in stale.shown.values() if row["k"].startswith("reports."))
        assert kinds == ([] if member == cast.eve else ["reports.part", "reports.report"])
    assert len(news) == 6
    newest = {one.entry.object_id: one for one in news}
    for one in newest.values():
        caches["rows"].clear()
        from_memory = finished(one.entry, one.scope, one.thing)
        caches["rows"].clear()
        assert from_memory == finished(one.entry, one.scope)


def test_an_erased_sphere_leaves_none(cast: Cast) -> None:
    keep(cast.sphere, PARTS)
    with inside(cast.sphere):
        assert [erase_some(cast.sphere, 1) for _ in range(4)] == [1, 1, 1, 0]
        assert not Report.objects.exists()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_part_of_the_site_has_a_name_that_people_use(language: str) -> None:
    with translation.override(language):
        said = {route.namespace: str(slots.parts.get(route.namespace, "")) for route in routes()}
    assert not [name for name, label in said.items() if label in {"", name}]
    assert (said["guests"], said["account"]) == {
        "en": ("Direct links", "Signing in"),
        "fr": ("Liens directs", "La connexion"),
    }[language]
