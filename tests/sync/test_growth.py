"""Cost does not grow with history: as many statements for fifty spheres as for two, and none reads a whole journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.transaction import atomic, set_rollback
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.growing import Size, grow
from journal.ids import uuid7
from messaging.actions import send_message
from messaging.models import Conversation, Message
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import fields, post
from tests.sync.device import Device

pytestmark = [pytest.mark.db, pytest.mark.django_db]

TWO, FIFTY = Size(messages=300, spheres=2, people=6), Size(messages=300, spheres=50, people=6)
BEHIND = 5


@dataclass(frozen=True)
class Asker:
    """The person of most spheres, at the biggest: their device, membership, and the conversation's address."""

    device: Device
    member: Membership
    talk: str


Asks = Callable[[Asker], object]


@contextmanager
def grown(size: Size) -> Iterator[Asker]:
    """Grow a site in which the last few things are messages, and take it back."""
    with atomic():
        grow(size)
        member = Membership.objects.with_sphere().filter(person__email="p0@example.invalid").earliest("joined_at")
        assert member.person is not None
        client = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
        client.force_login(member.person)
        with inside(member.sphere):
            place = Conversation.objects.get()
            for number in range(BEHIND):
                send_message(member, place, id=uuid7(), body=f"{number}")
        yield Asker(Device(client, member), member, f"/s/{member.sphere.slug}/conversations/{place.pk}/")
        set_rollback(True)
    caches["rows"].clear()


def shown(asker: Asker, address: str) -> None:
    assert asker.device.client.get(address).status_code == 200


def current(device: Device) -> dict[str, Any]:
    """Give the cursors of a device that has everything."""
    answer = device.ask().json()
    device.rows_version = answer["rows_version"]
    return {journal: [one["epoch"], one["head"]] for journal, one in answer["journals"].items()}


def catches_up(asker: Asker) -> None:
    cursors, own = asker.device.cursors, str(asker.member.sphere.journal_id)
    epoch, head = cursors[own]
    answer = asker.device.ask(cursors={**cursors, own: [epoch, head - BEHIND]}).json()
    assert len(answer["records"]) == BEHIND
    assert not answer["more"]


def is_current(asker: Asker) -> None:
    assert asker.device.ask().json()["records"] == []


ASKED: dict[str, Asks] = {
    "home": lambda asker: shown(asker, "/"),
    "sphere": lambda asker: shown(asker, f"/s/{asker.member.sphere.slug}/"),
    "members": lambda asker: shown(asker, f"/s/{asker.member.sphere.slug}/members/"),
    "conversation": lambda asker: shown(asker, asker.talk),
    "page back": lambda asker: shown(asker, f"{asker.talk}?before=40"),
    "feed behind": catches_up,
    "feed current": is_current,
    "snapshot": lambda asker: asker.device.ask(cursors={}),
}


def statements(asker: Asker, asks: Asks) -> list[str]:
    """Give what one request asks the database, rows being rendered anew."""
    asker.device.cursors = current(asker.device)
    asks(asker)
    caches["rows"].clear()
    with CaptureQueriesContext(connection) as asked:
        asks(asker)
    return [query["sql"] for query in asked.captured_queries]


@pytest.mark.parametrize("what", [what for what in ASKED if what != "snapshot"])
def test_fifty_spheres_ask_no_more_often_than_two(what: str) -> None:
    counts = []
    for size in (TWO, FIFTY):
        with grown(size) as asker:
            counts.append(len(statements(asker, ASKED[what])))
    assert counts[0] == counts[1] <= 11


def unbounded(statement: str) -> list[str]:
    """Name the steps of SQLite's plan that read a whole table, journal, sphere, conversation, or author's words."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        steps = [str(row[-1]) for row in cursor.fetchall()]
    ways = [step.partition("(")[2].rstrip(")") for step in steps]
    return [
        step
        for step, way in zip(steps, ways, strict=True)
        if step.startswith("SCAN")
        or ("journal_entry" in step and way == "journal_id=?")
        or ("messaging_message" in step and way in {"sphere_id=?", "conversation_id=?", "author_id=?"})
    ]


def reads(asked: list[str]) -> list[str]:
    return [sql for sql in asked if sql.startswith(("SELECT", "UPDATE"))]


@pytest.mark.parametrize("what", ASKED)
def test_no_read_goes_through_all_that_was_ever_said(what: str) -> None:
    if connection.vendor != "sqlite":
        return  # PostgreSQL counts its rows, and goes by what it counted: its plans at this size say nothing
    with grown(TWO) as asker:
        asked = reads(statements(asker, ASKED[what]))
        assert asked
        assert {step for sql in asked for step in unbounded(sql)} == set()


def commands(asker: Asker) -> dict[str, tuple[str, dict[str, Any]]]:
    with inside(asker.member.sphere):
        own = Message.objects.standing().filter(author=asker.member).latest("arrived_at")
    slug = f"/s/{asker.member.sphere.slug}/messages/{own.pk}"
    return {
        "messaging.send.1": (f"{asker.talk}messages/", {"id": str(uuid7()), "body": "Bonjour"}),
        "messaging.edit.1": (f"{slug}/edition/", {"body": "Bonsoir", "_seen_body": own.body}),
        "messaging.delete.1": (f"{slug}/deletion/", {}),
    }


@pytest.mark.parametrize("name", ["messaging.send.1", "messaging.edit.1", "messaging.delete.1"])
def test_no_command_goes_through_all_that_was_ever_said(name: str) -> None:
    if connection.vendor != "sqlite":
        return
    with grown(TWO) as asker:
        path, said = commands(asker)[name]
        with CaptureQueriesContext(connection) as asked:
            assert post(asker.device.client, path, fields(asker.member, name, **said)).status_code == 200
        plans = reads([query["sql"] for query in asked.captured_queries])
        assert {step for sql in plans for step in unbounded(sql)} == set()


def test_a_read_of_everything_would_be_noticed() -> None:
    if connection.vendor != "sqlite":
        return
    with grown(TWO) as asker:
        with inside(asker.member.sphere), CaptureQueriesContext(connection) as asked:
            list(Message.objects.all())
            list(Message.objects.filter(sphere_id=asker.member.sphere_id))
        assert all(unbounded(query["sql"]) for query in asked.captured_queries)
