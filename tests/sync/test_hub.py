"""The hub over real sockets: at once, in order, to nobody who left, at nobody's expense."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from django.contrib.sessions.backends.db import SessionStore
from prometheus_client import REGISTRY
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.actions import end_sessions, make_operator
from journal.models import Journal
from messaging.actions import edit_message
from spheres.actions import admit, end_membership, mark, present
from spheres.models import Membership, Sphere
from spheres.seal import inside
from sync import hub as hubs
from sync import socket as sockets
from sync.attendance import Attendance, attend
from sync.frames import Published
from tests.conftest import Cast, person
from tests.live import Visitor, wait_until

pytestmark = pytest.mark.db

Visit = Callable[[Membership], Visitor]


def test_what_is_said_arrives_at_once_and_in_order(cast: Cast, visit: Visit) -> None:
    with visit(cast.bob).listening() as bob, visit(cast.eve).listening() as eve:
        for number in range(20):
            cast.say(cast.alice, str(number))
        assert bob.until("19") == [str(number) for number in range(20)]
        cast.say(cast.eve, "chez nous")
        assert eve.until("chez nous") == ["chez nous"]


def test_hello_tells_which_journals_are_behind(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    current = {journal: [one["epoch"], one["head"]] for journal, one in bob.feed()["journals"].items()}
    with bob.listening(current) as ear:
        assert ear.ready is not None
        assert ear.ready["pull"] == []
    cast.say(cast.alice)
    with bob.listening(current) as ear:
        assert ear.ready is not None
        assert ear.ready["pull"] == [str(cast.sphere.journal_id)]


def test_a_socket_speaks_the_persons_language(cast: Cast, visit: Visit) -> None:
    assert cast.bob.person is not None
    cast.bob.person.language = "fr"
    cast.bob.person.save()
    with visit(cast.bob).listening() as ear:
        assert ear.ready is not None
        assert ear.ready["rows_version"].endswith("-fr")


def test_a_row_arrives_in_each_readers_language(cast: Cast, visit: Visit) -> None:
    assert cast.bob.person is not None
    cast.bob.person.language = "fr"
    cast.bob.person.save()
    with visit(cast.bob).listening() as bob, visit(cast.carol).listening() as carol:
        cast.say(cast.alice)
        rows = [ear.next("records")["records"][0]["html"] for ear in (bob, carol)]
    assert [("Répondre" in html, "Answer" in html) for html in rows] == [(True, False), (False, True)]


def test_a_newcomer_hears_what_is_new_and_what_stands(cast: Cast, visit: Visit) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    before = cast.say(cast.alice, "avant")
    fanny = admit(cast.alice, person("Fanny"), name="Fanny")
    with visit(fanny).listening() as ear:
        with inside(cast.sphere):
            edit_message(cast.alice, before, body="avant, corrigé", seen="avant")
        present(cast.alice, name="Alice L.")
        cast.say(cast.alice, "après")
        heard = [ear.next("records")["records"][0]["facts"] for _ in range(2)]
        assert (heard[0]["name"], heard[1]["body"]) == ("Alice L.", "après")


def test_nothing_arrives_after_a_removal(cast: Cast, visit: Visit) -> None:
    with visit(cast.bob).listening() as bob, visit(cast.carol).listening() as carol:
        cast.say(cast.alice, "avec Bob")
        assert bob.until("avec Bob")
        end_membership(cast.alice, cast.bob)
        cast.say(cast.alice, "sans Bob")
        carol.until("sans Bob")
        heard = []
        while (frame := bob.frame())["t"] != "journals":
            heard.append(frame)
        bob.socket.send('{"t":"ping"}')
        assert bob.frame() == {"t": "pong"}
        assert "sans Bob" not in json.dumps(heard)


def test_a_removal_during_the_greeting_counts(cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reading of what Bob may hear is on its way back when he is removed."""
    readings: list[object] = []

    def removed_meanwhile(session_key: str) -> Attendance | None:
        found = attend(session_key)
        readings.append(found)
        if len(readings) == 2:
            end_membership(cast.alice, cast.bob)
            removed = Journal.objects.get(pk=cast.sphere.journal_id).last_seq
            hub = hubs.current()
            assert hub is not None
            wait_until(lambda: hub.lines[cast.sphere.journal_id].delivered == removed, "the removal")
        return found

    with visit(cast.carol).listening() as carol:
        monkeypatch.setattr(sockets, "attend", removed_meanwhile)
        monkeypatch.setattr(hubs, "person_changed_from_thread", lambda user: None)
        with visit(cast.bob).listening() as bob:
            assert len(readings) == 2
            cast.say(cast.alice, "sans Bob")
            carol.until("sans Bob")
            bob.socket.send('{"t":"ping"}')
            assert bob.frame() == {"t": "pong"}


def test_somebody_brought_in_hears_from_then_on(cast: Cast, visit: Visit) -> None:
    fanny = person("Fanny")
    with inside(cast.eve.sphere):
        elsewhere = admit(cast.eve, fanny, name="Fanny")
    with visit(elsewhere).listening() as ear:
        admit(cast.alice, fanny, name="Fanny")
        ear.next("journals")
        cast.say(cast.alice, "bienvenue")
        assert "bienvenue" in ear.until("bienvenue")


def test_what_is_mine_reaches_my_other_tab_and_nobody_else(cast: Cast, visit: Visit) -> None:
    with visit(cast.bob).listening() as bob, visit(cast.alice).listening() as alice:
        with inside(cast.sphere):
            mark(cast.bob, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="9")
        assert bob.next("records")["records"][0]["facts"]["value"] == "9"
        cast.say(cast.bob, "après")
        assert alice.until("après") == ["après"]


def test_arrivals_out_of_order_are_delivered_in_order(
    cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Published] = []
    with visit(cast.bob).listening() as bob:
        cast.say(cast.alice, "zéro")
        bob.until("zéro")
        with monkeypatch.context() as patched:
            patched.setattr(hubs, "hand_over", kept.append)
            for number in range(5):
                cast.say(cast.alice, str(number))
        for published in reversed(kept):
            hubs.hand_over(published)
        assert bob.until("4") == ["0", "1", "2", "3", "4"]


def test_a_lost_entry_is_read_from_the_database(cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    with visit(cast.bob).listening() as bob:
        cast.say(cast.alice, "zéro")
        bob.until("zéro")
        with monkeypatch.context() as patched:
            patched.setattr(hubs, "hand_over", lambda published: None)
            cast.say(cast.alice, "perdu")
        cast.say(cast.alice, "suivant")
        assert bob.until("suivant") == ["perdu", "suivant"]


def test_a_lost_removal_closes_before_what_follows(cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    with visit(cast.bob).listening() as bob, visit(cast.carol).listening() as carol:
        with monkeypatch.context() as patched:
            patched.setattr(hubs, "hand_over", lambda published: None)
            patched.setattr(hubs, "person_changed_from_thread", lambda user: None)
            end_membership(cast.alice, cast.bob)
        cast.say(cast.alice, "sans Bob")
        assert carol.until("sans Bob") == ["sans Bob"]
        bob.socket.send('{"t":"ping"}')
        assert bob.frame() == {"t": "pong"}


def test_a_session_that_ends_closes_its_socket(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    with bob.listening() as ear:
        SessionStore(bob.session_key).delete()
        assert ear.code_of_the_end() == 4401


def test_signing_out_closes_the_socket(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    with bob.listening() as ear:
        token = bob.http.get("/me/").cookies["csrftoken"]
        bob.http.post("/sign-out/", headers={"X-CSRFToken": token})
        assert ear.code_of_the_end() == 4401


def test_a_new_password_closes_the_old_sessions_sockets(cast: Cast, visit: Visit) -> None:
    assert cast.bob.person is not None
    with visit(cast.bob).listening() as ear:
        cast.bob.person.set_password("un autre mot de passe")
        cast.bob.person.save(update_fields=["password"])
        assert ear.code_of_the_end() == 4401


def test_an_operator_who_signs_somebody_out_closes_their_sockets(cast: Cast, visit: Visit) -> None:
    assert cast.bob.person is not None
    assert cast.alice.person is not None
    make_operator(cast.alice.person)
    with visit(cast.bob).listening() as ear, visit(cast.carol).listening() as other:
        end_sessions(cast.alice.person, cast.bob.person)
        assert ear.code_of_the_end() == 4401
        other.socket.send('{"t":"ping"}')
        assert other.frame() == {"t": "pong"}


def test_a_closed_account_closes_its_sockets(cast: Cast, visit: Visit) -> None:
    assert cast.bob.person is not None
    with visit(cast.bob).listening() as ear:
        cast.bob.person.is_active = False
        cast.bob.person.save(update_fields=["is_active"])
        assert ear.code_of_the_end() == 4401


def test_a_ping_may_say_how_long_words_wait_on_the_device(cast: Cast, visit: Visit) -> None:
    def told() -> list[float]:
        return [REGISTRY.get_sample_value(f"alveole_outbox_seconds_{part}") or 0 for part in ("count", "sum")]

    count, total = told()
    with visit(cast.bob).listening() as bob:
        for oldest in ("90", "-5", "null"):
            bob.socket.send(f'{{"t":"ping","oldest":{oldest}}}')
            assert oldest == "null" or bob.frame() == {"t": "pong"}
        assert bob.code_of_the_end() == 4400
    assert told() == [count + 2, total + 90]


@pytest.mark.parametrize(
    "frame",
    [
        "garbage",
        "[]",
        '{"t":"shout"}',
        '{"t":"ping"}',
        '{"t":"hello"}',
        '{"t":"hello","identity":"x","rows_version":"","cursors":{"a":["b",1]}}',
    ],
)
def test_a_malformed_frame_closes_that_socket_only(cast: Cast, visit: Visit, frame: str) -> None:
    with visit(cast.carol).listening() as carol:
        with visit(cast.bob).socket() as opened:
            opened.send(frame)
            with pytest.raises(ConnectionClosed) as closed:
                opened.recv(timeout=10)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4400
        cast.say(cast.alice, "toujours là")
        assert carol.until("toujours là") == ["toujours là"]


def test_a_hello_for_another_identity_is_closed(cast: Cast, visit: Visit) -> None:
    with visit(cast.bob).socket() as opened:
        opened.send(json.dumps({"t": "hello", "identity": "somebody", "rows_version": "", "cursors": {}}))
        with pytest.raises(ConnectionClosed) as closed:
            opened.recv(timeout=10)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4412


def test_a_foreign_origin_gets_no_socket(cast: Cast, visit: Visit) -> None:
    with pytest.raises(InvalidStatus), visit(cast.bob).socket(origin="https://elsewhere.invalid"):
        pass


def test_a_reader_who_stalls_costs_the_others_nothing_and_is_cut(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    version = bob.feed()["rows_version"]
    hello = {"t": "hello", "identity": bob.identity, "rows_version": version, "cursors": {}}
    with visit(cast.carol).listening() as carol, bob.socket() as stalled:
        stalled.send(json.dumps(hello))
        hub = wait_until(hubs.current, "the hub")
        wait_until(lambda: cast.bob.person_id in hub.people, "Bob's socket")
        head = Journal.objects.get(pk=cast.sphere.journal_id).last_seq
        sent = 0
        while cast.bob.person_id in hub.people and sent < 2_000:
            sent += 1
            hubs.hand_over(big_frame(cast, head + sent))
            assert carol.next("records")["big"] == head + sent
        assert 256 < sent < 2_000


def test_one_socket_too_many_of_a_person_closes_their_oldest(cast: Cast, visit: Visit) -> None:
    bob = visit(cast.bob)
    with visit(cast.carol).listening() as carol, ExitStack() as tabs:
        oldest, *others = [tabs.enter_context(bob.listening()) for _ in range(40)]
        cast.say(cast.alice, "quarante")
        for ear in (oldest, *others, carol):
            assert ear.until("quarante") == ["quarante"]
        newest = tabs.enter_context(bob.listening())
        assert oldest.code_of_the_end() == 4429
        cast.say(cast.alice, "toujours quarante")
        for ear in (*others, newest, carol):
            assert ear.until("toujours quarante") == ["toujours quarante"]


def test_an_oldest_that_does_not_read_gives_way_too(cast: Cast, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "SOCKETS_PER_PERSON", 1)
    assert cast.bob.person is not None
    bob, his = visit(cast.bob), cast.bob.person.pk
    with bob.listening() as stalled, visit(cast.carol).listening() as carol:
        hub = hubs.current()
        assert hub is not None
        (oldest,) = hub.people[his]
        assert isinstance(oldest, sockets.Socket)
        head = Journal.objects.get(pk=cast.sphere.journal_id).last_seq
        while oldest.outlet._backlog is None:
            head += 1
            hubs.hand_over(big_frame(cast, head))
            assert carol.next("records")["big"] == head
        with bob.listening() as newest:
            assert list(hub.people[his]) != [oldest]
            newest.socket.send('{"t":"ping"}')
            assert newest.frame() == {"t": "pong"}
        # No close frame waited behind what it had not read.
        assert stalled.code_of_the_end() == 1006


def big_frame(cast: Cast, n: int) -> Published:
    text = json.dumps({"t": "records", "records": [], "big": n, "filling": "x" * 60_000})
    return Published(journal=cast.sphere.journal_id, n=n, first=n, is_standing=False, frames={"en": text, "fr": text})
