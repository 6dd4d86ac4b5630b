"""Better gone than mute: what cannot be known is never shown, and a device that is cut comes back and asks anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Event

import pytest

from journal.models import Journal
from spheres.actions import end_membership
from spheres.models import Membership
from sync import hub as hubs
from sync import lines
from sync import socket as sockets
from sync.attendance import Attendance, attend
from tests.conftest import Cast
from tests.live import PATIENCE_SECONDS, Ear, Visitor

pytestmark = pytest.mark.db

Visit = Callable[[Membership], Visitor]
CUT = {1006, 1011, 1012}  # in the server's words or in none, and never one that means more to a device


def breaks(*_: object) -> None:
    raise ConnectionResetError("on purpose")


def test_a_socket_that_cannot_find_out_what_it_may_hear_is_cut(
    cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cast.bob.person is not None
    with visit(cast.carol).listening() as carol:
        with visit(cast.bob).listening() as bob, monkeypatch.context() as patched:
            patched.setattr(sockets, "attend", breaks)
            hubs.person_changed_from_thread(cast.bob.person.pk)
            assert bob.code_of_the_end() in CUT
        cast.say(cast.alice, "toujours là")
        assert carol.until("toujours là") == ["toujours là"]
    with visit(cast.bob).listening() as bob:
        cast.say(cast.alice, "de nouveau")
        assert bob.until("de nouveau") == ["de nouveau"]


def test_who_says_no_hello_in_time_is_cut(cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "GREETING_SECONDS", 2)
    with visit(cast.carol).listening() as carol:
        # Opened after hers: when Bob's time is over, hers has long been.
        with visit(cast.bob).socket() as silent:
            assert Ear(silent).code_of_the_end() in CUT
        cast.say(cast.alice, "bonjour")
        assert carol.until("bonjour") == ["bonjour"]


def test_who_said_hello_is_waited_for_however_long_the_answer_takes(
    cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart a thousand come back at once: whoever is cut for our slowness would come once more."""
    others_time_is_over = Event()

    def slowly(session_key: str) -> Attendance | None:
        assert others_time_is_over.wait(PATIENCE_SECONDS)
        return attend(session_key)

    monkeypatch.setattr(sockets, "GREETING_SECONDS", 2)
    monkeypatch.setattr(sockets, "attend", slowly)
    bob = visit(cast.bob)
    with bob.socket() as spoken:
        hello = {"t": "hello", "identity": bob.identity, "rows_version": "", "cursors": {}}
        spoken.send(json.dumps(hello))
        # Opened after it: when Carol's time is over, Bob's has long been.
        with visit(cast.carol).socket() as silent:
            assert Ear(silent).code_of_the_end() in CUT
        others_time_is_over.set()
        assert Ear(spoken).next("ready")["identity"] == bob.identity


@pytest.mark.parametrize(
    "cookies",
    [
        "{session}",
        'options[view]={"a": "b c"}; {session}',
        "no equals sign; {session}; =no name",
        '{session}; broken="',
        "café=crème; {session}",
    ],
)
def test_another_applications_odd_cookie_shuts_nobody_out(cast: Cast, visit: Visit, cookies: str) -> None:
    bob = visit(cast.bob)
    with bob.socket(cookies=cookies) as opened:
        opened.send(json.dumps({"t": "hello", "identity": bob.identity, "rows_version": "", "cursors": {}}))
        ready = Ear(opened).next("ready")
    assert ready["identity"] == bob.identity


def test_a_line_that_cannot_be_read_shows_nothing_of_what_it_held(
    cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A removal is lost on its way, and so is the reading that would have found it."""
    carol_at_home = visit(cast.carol)
    with visit(cast.bob).listening() as bob, carol_at_home.listening() as carol:
        with monkeypatch.context() as patched:
            patched.setattr(lines, "read_range", breaks)
            with patched.context() as lost:
                lost.setattr(hubs, "hand_over", lambda published: None)
                lost.setattr(hubs, "person_changed_from_thread", lambda user: None)
                end_membership(cast.alice, cast.bob)
            before = Journal.objects.get(pk=cast.sphere.journal_id).last_seq
            cast.say(cast.alice, "sans Bob")
            # Both are told to ask anew, and nothing else.
            assert [ear.frame() for ear in (bob, carol)] == [{"t": "journals"}] * 2
        given = carol_at_home.feed(cursors=cursors(carol_at_home, cast, before))["records"]
        assert [record["facts"]["body"] for record in given if "body" in record["facts"]] == ["sans Bob"]
        cast.say(cast.alice, "toujours sans Bob")
        assert carol.until("toujours sans Bob") == ["toujours sans Bob"]
        bob.socket.send('{"t":"ping"}')
        assert bob.frame() == {"t": "pong"}


def cursors(visitor: Visitor, cast: Cast, seq: int) -> dict[str, list[object]]:
    """Give the cursor of a device that stands at `seq` in the sphere."""
    journal = str(cast.sphere.journal_id)
    return {journal: [visitor.feed()["journals"][journal]["epoch"], seq]}
