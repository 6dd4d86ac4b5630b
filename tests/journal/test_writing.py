"""The write transaction under competition: each command once, numbers contiguous, nothing of a crash stays."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection, connections
from django.http import Http404

from journal import publishing
from journal import writing as writings
from journal.commands import Command, commanded
from journal.errors import Refused
from journal.ids import uuid7
from journal.models import Entry, Journal, Receipt
from journal.publishing import Recorded, quiet
from journal.receipts import AlreadyAnswered
from journal.work import Work
from journal.writing import FirstComeLock, action, writing
from messaging.actions import send_message
from messaging.models import Message
from spheres.actions import admit, end_membership, present
from spheres.models import Membership
from spheres.seal import inside
from tests.conftest import Cast

pytestmark = pytest.mark.db


def command(member: Membership, id: UUID | None = None, fingerprint: str = "same") -> Command:
    assert member.person is not None
    return Command(id or uuid7(), "messaging.send.1", "/", member.person.pk, fingerprint)


def in_threads(count: int, work: Callable[[int], object]) -> list[object]:
    def run(number: int) -> object:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_one_command_from_many_at_once_is_done_once(cast: Cast) -> None:
    commands = [(uuid7(), uuid7()) for _ in range(10)]

    def send_all(_: int) -> int:
        again = 0
        for command_id, message_id in commands:
            with commanded(command(cast.bob, command_id)), inside(cast.sphere), quiet():
                try:
                    send_message(cast.bob, cast.conversation, id=message_id, body="une fois")
                except AlreadyAnswered:
                    again += 1
        return again

    assert sum(int(str(again)) for again in in_threads(4, send_all)) == 30
    with inside(cast.sphere):
        assert Message.objects.count() == 10
    seqs = list(Entry.objects.filter(journal=cast.sphere.journal).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.django_db(transaction=True)
def test_numbers_are_contiguous_with_writers_and_rollbacks(cast: Cast) -> None:
    def write(writer: int) -> None:
        for number in range(15):
            with inside(cast.sphere), quiet(), suppress(ZeroDivisionError):
                writing(partial(fail_sometimes, cast, number))

    in_threads(4, write)
    seqs = list(Entry.objects.filter(journal=cast.sphere.journal).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert Journal.objects.get(pk=cast.sphere.journal_id).last_seq == len(seqs)


def fail_sometimes(cast: Cast, number: int) -> None:
    send_message(cast.bob, cast.conversation, id=uuid7(), body=str(number))
    if number % 3 == 0:
        raise ZeroDivisionError


def test_a_refusal_undoes_half_a_write_and_keeps_its_receipt(cast: Cast) -> None:
    @action
    def half(member: Membership) -> None:
        present(member, name="Robert")
        raise Refused("Non.")

    asked = command(cast.bob)
    with commanded(asked), pytest.raises(Refused):
        half(cast.bob)
    cast.bob.refresh_from_db()
    assert cast.bob.name == "Bob"
    receipt = Receipt.objects.get(command=asked.id)
    assert (receipt.outcome, receipt.sentence) == ("refused", "Non.")


def test_an_error_leaves_no_receipt(cast: Cast) -> None:
    @action
    def broken(member: Membership) -> None:
        present(member, name="Robert")
        raise ZeroDivisionError

    with commanded(command(cast.bob)), pytest.raises(ZeroDivisionError):
        broken(cast.bob)
    cast.bob.refresh_from_db()
    assert (cast.bob.name, Receipt.objects.count()) == ("Bob", 0)


def test_only_the_outermost_action_takes_the_command(cast: Cast) -> None:
    @action
    def twice(member: Membership) -> None:
        present(member, name="Robert")
        present(member, name="Bobby")

    with commanded(command(cast.bob)):
        twice(cast.bob)
        present(cast.bob, name="Rob")
    receipt = Receipt.objects.get()
    told = Entry.objects.current().get(object_id=cast.bob.pk, kind="spheres.member", verb="presented", superseded=False)
    between = Entry.objects.get(journal=cast.sphere.journal, seq=told.seq - 1)
    assert (receipt.journal, receipt.seq) == (between.journal_id, between.seq)


def test_a_removal_that_committed_first_wins(cast: Cast) -> None:
    held = Membership.objects.with_sphere().get(pk=cast.bob.pk)
    end_membership(cast.alice, cast.bob)
    with inside(cast.sphere), pytest.raises(Http404):
        send_message(held, cast.conversation, id=uuid7(), body="trop tard")


def test_a_command_after_a_removal_that_committed_first_is_not_even_judged(cast: Cast) -> None:
    held = Membership.objects.with_sphere().get(pk=cast.bob.pk)
    end_membership(cast.alice, cast.bob)
    with commanded(command(held)), inside(cast.sphere), pytest.raises(Http404):
        send_message(held, cast.conversation, id=uuid7(), body="trop tard")
    assert not Receipt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_only_what_is_committed_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, bool]] = []

    def listen(recorded: Recorded) -> None:
        told.append((recorded.entry.verb, connection.in_atomic_block))

    monkeypatch.setattr(publishing, "entry_listeners", [listen])
    with inside(cast.sphere):
        with suppress(ZeroDivisionError):
            writing(partial(fail_sometimes, cast, 0))
        assert told == []
        writing(partial(fail_sometimes, cast, 1))
    assert told == [("posted", False)]


@pytest.mark.parametrize(
    "reason", [{"sqlite_errorcode": writings.SQLITE_BUSY}, {"sqlstate": "40001"}, {"sqlstate": "40P01"}]
)
def test_a_busy_database_is_asked_once_more(
    db: None, monkeypatch: pytest.MonkeyPatch, reason: dict[str, object]
) -> None:
    """The retry itself, outside the test's own transaction."""
    attempts: list[int] = []

    def body() -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise busy(**reason)
        return "fait"

    monkeypatch.setattr(writings, "_is_nested", lambda: False)
    monkeypatch.setattr(writings, "_attempt", lambda work: (work(), Work()))
    assert (writing(body), len(attempts)) == ("fait", 2)


def busy(**reason: object) -> OperationalError:
    cause: Any = Exception()
    vars(cause).update(reason)
    error = OperationalError("database is locked")
    error.__cause__ = cause
    return error


def test_a_database_that_stays_busy_is_not_asked_a_third_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[int] = []

    def body() -> None:
        attempts.append(1)
        raise busy(sqlite_errorcode=writings.SQLITE_BUSY)

    monkeypatch.setattr(writings, "_is_nested", lambda: False)
    monkeypatch.setattr(writings, "_attempt", lambda work: (work(), Work()))
    with pytest.raises(OperationalError):
        writing(body)
    assert len(attempts) == 2


def test_another_failure_is_not_tried_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counter[str]()

    def body() -> None:
        counted["tries"] += 1
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(writings, "_is_nested", lambda: False)
    monkeypatch.setattr(writings, "_attempt", lambda work: (work(), Work()))
    with pytest.raises(OperationalError):
        writing(body)
    assert counted["tries"] == 1


def test_the_lock_is_given_in_the_order_it_was_asked_for() -> None:
    lock = FirstComeLock()
    order: list[int] = []
    threads: list[threading.Thread] = []

    def take(number: int) -> None:
        with lock:
            order.append(number)

    with lock:
        for number in range(8):
            thread = threading.Thread(target=take, args=[number])
            thread.start()
            while len(lock._waiting) <= number:
                pass
            threads.append(thread)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


@pytest.mark.django_db(transaction=True)
def test_what_fails_after_the_commit_is_not_taken_for_the_transaction(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listener that meets a busy database, and one that writes: the commit stands, once, and the lock is free."""
    heard: list[str] = []

    def fails(_: object) -> None:
        raise busy(sqlite_errorcode=writings.SQLITE_BUSY)

    def writes(_: object) -> None:
        heard.append("told")
        if len(heard) == 1:
            present(cast.carol, name="Carole")

    monkeypatch.setattr(publishing, "entry_listeners", [fails, writes])
    cast.say(cast.bob, "une fois")
    with inside(cast.sphere):
        assert Message.objects.count() == 1
    assert len(heard) == 2
    cast.carol.refresh_from_db()
    assert cast.carol.name == "Carole"


@pytest.mark.django_db(transaction=True)
def test_a_refused_command_tells_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr(publishing, "entry_listeners", [heard.append])

    @action
    def half(member: Membership) -> None:
        present(member, name="Robert")
        raise Refused("Non.")

    present(cast.bob, name="Bobby")
    assert len(heard) == 1
    with commanded(command(cast.bob)), pytest.raises(Refused):
        half(cast.bob)
    assert len(heard) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_are_responsible_do_not_leave_at_once(cast: Cast) -> None:
    assert cast.bob.person is not None
    end_membership(cast.alice, cast.bob)
    other = admit(cast.alice, cast.bob.person, role="administrator", name="Bob")
    start = threading.Barrier(2)

    def leave(number: int) -> bool:
        member = (cast.alice, other)[number]
        start.wait()
        try:
            end_membership(member, member)
        except Refused:
            return False
        return True

    assert sorted(str(left) for left in in_threads(2, leave)) == ["False", "True"]
    assert Membership.objects.in_sphere(cast.sphere.pk).filter(role="administrator").count() == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_said_after_a_removal_that_committed_first(cast: Cast) -> None:
    """Bob speaks while Alice removes him, many times over: his last entry comes before his leaving."""
    start = threading.Barrier(2)

    def act(number: int) -> None:
        start.wait()
        if number:
            end_membership(cast.alice, cast.bob)
            return
        with suppress(Http404), inside(cast.sphere):
            for said in range(40):
                send_message(cast.bob, cast.conversation, id=uuid7(), body=str(said))

    in_threads(2, act)
    left = Entry.objects.get(journal=cast.sphere.journal, verb="left", object_id=cast.bob.pk)
    assert not Entry.objects.filter(journal=cast.sphere.journal, actor=cast.bob.pk, seq__gt=left.seq).exists()
