"""The feed: what changed, nothing else, to nobody else; a snapshot from too far."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from journal.ids import uuid7
from journal.models import Entry, Journal
from messaging.actions import delete_message, edit_message
from messaging.rows import MessageKind
from spheres.actions import admit, end_membership
from spheres.groups.actions import make_group
from spheres.models import Membership, Sphere
from spheres.seal import inside
from sync import feed as feeds
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def bobs(cast: Cast, browse: Browse) -> Device:
    return Device(browse(cast.bob), cast.bob)


def test_a_new_device_gets_everything_once(cast: Cast, bobs: Device) -> None:
    cast.say(cast.alice, "un")
    cast.say(cast.bob, "deux")
    bobs.pull()
    assert bobs.bodies() == ["un", "deux"]
    kinds = sorted(row["k"] for row in bobs.shown.values())
    assert kinds == sorted(
        ["messaging.conversation", *["messaging.message"] * 2, *["spheres.member"] * 3, *["spheres.sphere"] * 2]
    )
    answer = bobs.ask().json()
    assert (answer["records"], answer["more"], answer["reset"]) == ([], False, [])


def test_only_what_changed_comes(cast: Cast, bobs: Device) -> None:
    first = cast.say(cast.alice, "un")
    cast.say(cast.alice, "deux")
    bobs.pull()
    with inside(cast.sphere):
        edit_message(cast.alice, first, body="un !", seen="un")
    records = bobs.ask().json()["records"]
    assert [record["facts"]["body"] for record in records] == ["un !"]
    bobs.pull()
    assert bobs.bodies() == ["un !", "deux"]


def test_a_deletion_comes_as_a_tombstone(cast: Cast, bobs: Device) -> None:
    said = cast.say(cast.alice, "à oublier")
    bobs.pull()
    with inside(cast.sphere):
        delete_message(cast.alice, said)
    (record,) = bobs.ask().json()["records"]
    assert record["gone"] is True
    assert not {"html", "facts"} & set(record)
    bobs.pull()
    assert bobs.bodies() == []


def test_nobody_gets_anything_of_another_sphere(cast: Cast, browse: Browse) -> None:
    cast.say(cast.alice, "à Bob")
    cast.say(cast.eve, "à personne")
    assert Device(browse(cast.bob), cast.bob).pull().bodies() == ["à Bob"]
    eves = Device(browse(cast.eve), cast.eve).pull()
    assert eves.bodies() == ["à personne"]
    sphere = str(cast.sphere.pk)
    assert not [row for row in eves.store.values() if row["s"] == sphere]
    assert Device(browse(cast.dan), cast.dan).pull().store == {}


def test_a_newcomer_reads_from_their_arrival_where_history_is_hidden(cast: Cast, browse: Browse) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    cast.say(cast.alice, "avant")
    old = cast.say(cast.alice, "avant aussi")
    newcomer = admit(cast.alice, person("Fanny"), name="Fanny")
    device = Device(browse(newcomer), newcomer).pull()
    assert device.bodies() == []
    assert any(row["k"] == "messaging.conversation" for row in device.shown.values())
    names = {row["facts"]["name"] for row in device.shown.values() if row["k"] == "spheres.member"}
    assert names == {"Alice", "Bob", "Carol", "Fanny"}
    with inside(cast.sphere):
        edit_message(cast.alice, old, body="avant, corrigé", seen="avant aussi")
    cast.say(cast.alice, "après")
    assert device.pull().bodies() == ["après"]


def test_removal_erases_the_journals(cast: Cast, browse: Browse, bobs: Device) -> None:
    cast.say(cast.alice, "un")
    bobs.pull()
    end_membership(cast.alice, cast.bob)
    cast.say(cast.alice, "sans Bob")
    answer = bobs.ask().json()
    assert (answer["journals"], answer["records"]) == ({}, [])
    assert bobs.pull().store == {}


def test_coming_back_is_a_new_reader(cast: Cast, browse: Browse, bobs: Device) -> None:
    bobs.pull()
    end_membership(cast.alice, cast.bob)
    assert cast.bob.person is not None
    again = admit(cast.alice, cast.bob.person, name="Bob")
    cast.say(cast.alice, "te revoilà")
    bobs.member = again
    assert bobs.pull().bodies() == ["te revoilà"]


@pytest.mark.parametrize("wrong", ["future", "epoch", "floor", "far"])
def test_a_cursor_that_cannot_be_followed_gets_a_snapshot(
    cast: Cast, bobs: Device, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        cast.say(cast.alice, str(number))
    bobs.pull()
    truth = bobs.shown
    journal = str(cast.sphere.journal_id)
    if wrong == "future":
        bobs.cursors[journal][1] += 1000
    elif wrong == "epoch":
        Journal.objects.filter(pk=journal).update(epoch=uuid4())
    elif wrong == "floor":
        bobs.cursors[journal][1] = 3
        Journal.objects.filter(pk=journal).update(floor=5)
    else:
        monkeypatch.setattr(feeds, "FARTHEST", 4)
        bobs.cursors[journal][1] = 2
    assert journal in bobs.ask().json()["reset"]
    assert bobs.pull().shown == truth


@pytest.mark.parametrize("page_size", [1, 2, 3, 7])
def test_pages_of_any_size_lead_to_the_same_rows(
    cast: Cast, browse: Browse, page_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(9):
        cast.say(cast.alice, str(number))
    truth = Device(browse(cast.bob), cast.bob).pull().shown
    monkeypatch.setattr(feeds, "PAGE", page_size)
    assert Device(browse(cast.bob), cast.bob).pull().shown == truth


def test_what_changes_between_the_pages_of_a_snapshot_is_not_lost(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [cast.say(cast.alice, str(number)) for number in range(9)]
    monkeypatch.setattr(feeds, "PAGE", 4)
    device = Device(browse(cast.bob), cast.bob)
    page: Any = None
    for step in range(40):
        answer = device.ask(page=page).json()
        device.apply(answer)
        page = answer["page"]
        if step < 4:
            with inside(cast.sphere):
                edit_message(cast.alice, said[step], body=f"{step} !", seen=str(step))
                delete_message(cast.alice, said[8 - step])
            cast.say(cast.alice, f"nouveau {step}")
        if not answer["more"]:
            break
    assert device.shown == Device(browse(cast.bob), cast.bob).pull().shown


@pytest.mark.parametrize("pages", [1, 2, 3, 4, 5])
def test_a_snapshot_that_was_cut_off_leaves_nothing_out(
    cast: Cast, browse: Browse, bobs: Device, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The phone is closed between two pages; it comes back with its cursors and without the page token."""
    for number in range(9):
        cast.say(cast.alice, str(number))
    monkeypatch.setattr(feeds, "PAGE", 3)
    page: Any = None
    for _ in range(pages):
        answer = bobs.ask(page=page).json()
        bobs.apply(answer)
        page = answer["page"]
    assert bobs.pull().shown == Device(browse(cast.bob), cast.bob).pull().shown


def test_a_snapshot_of_another_epoch_begins_again(cast: Cast, bobs: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        cast.say(cast.alice, str(number))
    monkeypatch.setattr(feeds, "PAGE", 3)
    answer = bobs.ask().json()
    bobs.apply(answer)
    page = answer["page"]
    journal = json.loads(page)["journal"]
    assert journal not in bobs.ask(page=page).json()["reset"]
    Journal.objects.filter(pk=journal).update(epoch=uuid4())
    assert journal in bobs.ask(page=page).json()["reset"]


def test_rows_of_another_version_are_all_given_anew(cast: Cast, bobs: Device) -> None:
    cast.say(cast.alice, "un")
    bobs.pull()
    assert bobs.ask().json()["reset"] == []
    answer = bobs.ask(rows_version="older").json()
    assert set(answer["reset"]) == set(bobs.cursors)
    assert len(answer["records"]) == len(bobs.shown)


def test_a_window_keeps_the_newest(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MessageKind, "window", 3)
    said = [cast.say(cast.alice, str(number)) for number in range(6)]
    with inside(cast.sphere):
        delete_message(cast.alice, said[4])
    assert Device(browse(cast.bob), cast.bob).pull().bodies() == ["2", "3", "5"]


def test_another_identity_gets_nothing(cast: Cast, browse: Browse) -> None:
    response = Device(browse(cast.bob), cast.alice).ask()
    assert response.status_code == 412
    assert "records" not in response.json()
    assert Device(browse(None), cast.alice).ask().status_code == 401


def token(**wrong: object) -> str:
    """Write a page token that the server never made."""
    said = {"journal": str(uuid4()), "epoch": str(uuid4()), "head": 9, "after": 0, "section": 0, "given": 0}
    return json.dumps({**said, "before": None, **wrong})


def test_a_page_token_of_the_right_shape_is_read(bobs: Device) -> None:
    assert bobs.ask(page=token()).status_code == 200


@pytest.mark.parametrize(
    "garbage",
    [
        {"cursors": []},
        {"cursors": {"x": ["y", 1]}},
        {"cursors": {str(uuid4()): [str(uuid4()), "1"]}},
        {"cursors": {str(uuid4()): [str(uuid4()), 10**30]}},
        {"page": "garbage"},
        {"page": '{"journal":1}'},
        {"page": 7},
        {"page": "[" * 300},
        {"page": token(head=10**30)},
        {"page": token(head=-1)},
        {"page": token(before=True)},
        {"page": token(epoch="x")},
    ],
)
def test_garbage_is_said_to_be_so(bobs: Device, garbage: dict[str, Any]) -> None:
    assert bobs.ask(**garbage).status_code == 422


def test_nonsense_nested_deeply_is_nonsense(cast: Cast, browse: Browse) -> None:
    response = browse(cast.bob).post("/feed/", "[" * 100_000, content_type="application/json")
    assert response.status_code == 422


def test_a_page_token_opens_no_journal_of_others(cast: Cast, bobs: Device) -> None:
    cast.say(cast.eve, "secret")
    eves = cast.eve.sphere.journal
    answer = bobs.ask(page=token(journal=str(eves.pk), epoch=str(eves.epoch))).json()
    assert "secret" not in str(answer)
    assert str(eves.pk) not in str(answer)


def test_a_foreign_origin_is_refused(cast: Cast, browse: Browse) -> None:
    response = browse(cast.bob).post(
        "/feed/", {}, content_type="application/json", headers={"origin": "https://elsewhere.invalid"}
    )
    assert response.status_code == 403


def test_the_number_of_queries_does_not_grow_with_what_is_said(
    cast: Cast, bobs: Device, django_assert_num_queries: Any
) -> None:
    bobs.pull()
    cast.say(cast.alice)
    with django_assert_num_queries(6) as few:
        bobs.ask()
    for number in range(30):
        cast.say(cast.alice, str(number))
    assert Entry.objects.filter(journal=cast.sphere.journal).count() > 30
    with django_assert_num_queries(len(few.captured_queries)):
        bobs.ask()


def test_a_device_is_told_what_changed_among_kinds_of_which_it_holds_the_newest(cast: Cast, browse: Browse) -> None:
    first, second = cast.say(cast.alice), cast.say(cast.alice)
    with inside(cast.sphere):
        edit_message(cast.alice, first, body="Bonsoir", seen="Bonjour")
        make_group(cast.alice, id=uuid7(), name="Toiture", members=[cast.bob.pk])
    rows = {row["id"]: row for row in Device(browse(cast.bob), cast.bob).pull().shown.values()}
    assert rows[str(first.pk)]["w"] == 1
    assert {row["k"] for row in rows.values() if "w" in row} == {"messaging.message"}
    assert "w" not in rows[str(second.pk)]
