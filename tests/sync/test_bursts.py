"""A burst: what comes within a moment is written to each socket at once, in order, to nobody who may not read it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from journal.ids import uuid7
from sync import lines
from sync.attendance import Attendance, Attending
from sync.frames import Published
from sync.hub import Hub
from sync.straight import Frame, Frames

JOURNAL, LEAVER = uuid7(), uuid7()


@dataclass(eq=False)
class Ear:
    """A reader of one journal who notes what is written to them, write by write."""

    membership: UUID = field(default_factory=uuid7)
    since: int = 0
    writes: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        reading = {JOURNAL: Attending(self.membership, self.since)}
        self.attendance = Attendance(uuid7(), "", "fr", "", reading)

    @property
    def user_id(self) -> UUID:
        return self.attendance.user_id

    @property
    def heard(self) -> list[int]:
        return [n for write in self.writes for n in write]

    def push(self, frame: Frame | Frames) -> None:
        self.writes.append([json.loads(one.message["text"])["n"] for one in frame.singly])
        assert frame.raw == b"".join(one.raw for one in frame.singly)

    def lose(self, journal: UUID) -> None:
        del self.attendance.readers[journal]

    def recheck(self) -> None:
        raise AssertionError("nothing was missed")

    def give_way(self) -> None:
        raise AssertionError("each is somebody else's")


@dataclass(eq=False)
class Witness(Ear):
    """Says when the last entry was heard."""

    last: int = 0
    has_heard: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, frame: Frame | Frames) -> None:
        super().push(frame)
        if self.last in self.heard:
            # After this delivery, which goes round all sockets.
            asyncio.get_running_loop().call_soon(self.has_heard.set)


def entry(n: int, first: int = 0, *, is_standing: bool = False, closes: tuple[UUID, ...] = ()) -> Published:
    text = json.dumps({"n": n})
    return Published(JOURNAL, n, first or n, is_standing, {"fr": text, "en": text}, closes)


def tell(ears: list[Ear], told: list[Published]) -> None:
    """Let entries arrive one right after the other, and wait until the last one was delivered."""

    async def run() -> None:
        hub = Hub(asyncio.get_running_loop())
        witness = Witness(last=max(one.n for one in told))
        for ear in [*ears, witness]:
            hub.join(ear, [JOURNAL])
        hub.know_head(JOURNAL, 0)
        for published in told:
            hub.receive(published)
        await asyncio.wait_for(witness.has_heard.wait(), 5)
        hub.lines[JOURNAL].close()

    asyncio.run(run())


@pytest.fixture(autouse=True)
def a_long_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever a test says at once be at once, however slow the machine."""
    monkeypatch.setattr(lines, "GATHERING_SECONDS", 0.5)


def test_a_long_burst_is_written_in_pieces() -> None:
    """A reader who stalls in its middle is noticed between two of them."""
    ear = Ear()
    tell([ear], [entry(n) for n in range(1, 200)])
    assert [len(write) for write in ear.writes] == [1, 64, 64, 64, 6]
    assert ear.heard == list(range(1, 200))


def test_the_first_comes_at_once_and_the_rest_together() -> None:
    ear = Ear()
    tell([ear], [entry(n) for n in range(1, 7)])
    assert ear.writes == [[1], [2, 3, 4, 5, 6]]


def test_whatever_their_order_of_arrival() -> None:
    ear = Ear()
    tell([ear], [entry(n) for n in (1, 4, 2, 6, 3, 5)])
    assert ear.heard == [1, 2, 3, 4, 5, 6]


def test_a_removal_in_a_burst_ends_reading_at_its_number() -> None:
    stays, leaves = Ear(), Ear(LEAVER)
    tell([stays, leaves], [entry(1), entry(2), entry(3), entry(4, closes=(LEAVER,)), entry(5), entry(6)])
    assert stays.heard == [1, 2, 3, 4, 5, 6]
    assert leaves.heard == [1, 2, 3]


def test_a_newcomer_hears_of_nothing_that_arrived_before_them() -> None:
    everybody, newcomer = Ear(), Ear(since=3)
    burst = [entry(4), entry(5, first=2), entry(6, first=3, is_standing=True), entry(7)]
    tell([everybody, newcomer], [entry(1), entry(2), entry(3), *burst])
    assert everybody.heard == [1, 2, 3, 4, 5, 6, 7]
    assert newcomer.heard == [4, 6, 7]
