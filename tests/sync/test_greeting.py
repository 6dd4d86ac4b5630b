"""The greeting of a socket: it says what to pull, and nothing that happens meanwhile is missed."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

import pytest

from journal.models import Journal
from spheres.actions import admit, end_membership
from spheres.models import Membership
from sync import hub as hubs
from sync import socket as sockets
from sync.attendance import Attendance, attend
from sync.hub import Hub
from tests.conftest import Cast
from tests.live import Visitor, linked_hub, wait_until

pytestmark = pytest.mark.db

Visit = Callable[[Membership], Visitor]


def test_hello_tells_which_journals_are_lost(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    current = {journal: [one["epoch"], one["head"]] for journal, one in bob.feed()["journals"].items()}
    end_membership(cast.alice, cast.bob)
    with bob.listening(current) as ear:
        assert ear.ready is not None
        assert set(ear.ready["pull"]) == set(current)


def test_a_device_with_rows_of_another_version_pulls_all(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    current = {journal: [one["epoch"], one["head"]] for journal, one in bob.feed()["journals"].items()}
    with bob.socket() as opened:
        hello = {"t": "hello", "identity": bob.identity, "rows_version": "older", "cursors": current}
        opened.send(json.dumps(hello))
        assert set(json.loads(opened.recv(timeout=15))["pull"]) == set(current)


def during_the_greeting(monkeypatch: pytest.MonkeyPatch, act: Callable[[Hub], object]) -> None:
    """Let `act` happen while the second reading of what a socket may hear is on its way back."""
    readings: list[object] = []

    def meanwhile(session_key: str) -> Attendance | None:
        found = attend(session_key)
        readings.append(found)
        hub = hubs.current()
        assert hub is not None
        if len(readings) == 2:
            act(hub)
        return found

    monkeypatch.setattr(sockets, "attend", meanwhile)


def test_what_is_said_during_the_greeting_follows_it(cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(hub: Hub) -> None:
        cast.say(cast.alice, "pendant")
        said = Journal.objects.get(pk=cast.sphere.journal_id).last_seq
        wait_until(lambda: hub.lines[cast.sphere.journal_id].delivered == said, "the message")

    with visit(cast.carol).listening():
        during_the_greeting(monkeypatch, say)
        with visit(cast.bob).listening() as bob:
            cast.say(cast.alice, "après")
            assert bob.until("après") == ["pendant", "après"]


def test_what_opens_during_the_greeting_is_looked_at_again(
    cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cast.bob.person is not None
    person_of_bob = cast.bob.person
    noticed: list[UUID] = []

    def bring_in(hub: Hub) -> None:
        def notice(user_id: UUID) -> None:
            Hub.person_changed(hub, user_id)
            noticed.append(user_id)

        monkeypatch.setattr(hub, "person_changed", notice)
        admit(cast.eve, person_of_bob, name="Bob")
        wait_until(lambda: noticed, "the note")

    with visit(cast.carol).listening():
        linked_hub()
        during_the_greeting(monkeypatch, bring_in)
        with visit(cast.bob).listening() as bob:
            bob.next("journals")
            cast.say(cast.eve, "bienvenue")
            assert bob.until("bienvenue") == ["bienvenue"]
