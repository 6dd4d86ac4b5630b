"""The feed: every row that changed since a device's cursors, or its tombstone; a snapshot from too far behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from journal.kinds import Row
from journal.models import Entry, Journal
from spheres.reading import Reach
from sync.metrics import FEED_RESETS
from sync.snapshots import Position, snapshot

PAGE = 200
FARTHEST = 1_000

Cursor = tuple[UUID, int]


@dataclass(frozen=True)
class Asked:
    """What a device says it has."""

    cursors: dict[UUID, Cursor]
    page: Position | None


@dataclass
class Answer:
    """One page of the feed."""

    reset: list[UUID] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    cursors: dict[UUID, Cursor] = field(default_factory=dict)
    page: Position | None = None
    has_more: bool = False

    @property
    def room(self) -> int:
        """How many rows still fit."""
        return PAGE - len(self.rows)


def feed(reach: Reach, asked: Asked) -> Answer:
    """Give one page for what these memberships read; heads were read with `reach`, before any row."""
    answer = Answer()
    for journal in _in_order(reach, asked):
        if answer.room <= 0:
            answer.has_more = True
            return answer
        position = asked.page if asked.page and asked.page.journal == journal.pk else None
        cursor = asked.cursors.get(journal.pk)
        if position is None and cursor is not None and _is_usable(journal, cursor):
            _follow(reach, journal, cursor[1], answer)
        else:
            _start_over(reach, journal, position, answer)
        if answer.has_more:
            return answer
    return answer


def _in_order(reach: Reach, asked: Asked) -> Iterator[Journal]:
    # A snapshot under way goes on first; the rest in the order of ids, so that pages do not overlap.
    journals = sorted((reader.journal for reader in reach.readers.values()), key=lambda journal: journal.pk)
    first = asked.page.journal if asked.page else None
    yield from (journal for journal in journals if journal.pk == first)
    yield from (journal for journal in journals if journal.pk != first)


def _is_usable(journal: Journal, cursor: Cursor) -> bool:
    epoch, seq = cursor
    if epoch != journal.epoch or not journal.floor <= seq <= journal.last_seq:
        return False
    if journal.last_seq - seq <= FARTHEST:
        return True
    return Entry.objects.filter(journal=journal).changed_since(seq)[: FARTHEST + 1].count() <= FARTHEST


def _follow(reach: Reach, journal: Journal, seq: int, answer: Answer) -> None:
    if seq == journal.last_seq:
        return
    room = answer.room
    entries = list(Entry.objects.filter(journal=journal).changed_since(seq)[:room])
    answer.rows += reach.rows(entries)
    if len(entries) == room:
        answer.cursors[journal.pk] = (journal.epoch, entries[-1].seq)
        answer.has_more = True
    else:
        newest = entries[-1].seq if entries else 0
        answer.cursors[journal.pk] = (journal.epoch, max(journal.last_seq, newest))


def _start_over(reach: Reach, journal: Journal, position: Position | None, answer: Answer) -> None:
    if position is None or position.epoch != journal.epoch:
        FEED_RESETS.inc()
        answer.reset.append(journal.pk)
        position = Position(journal=journal.pk, epoch=journal.epoch, head=journal.last_seq)
    rows, following = snapshot(reach, position, answer.room)
    answer.rows += rows
    answer.page = following
    if following is None:
        answer.cursors[journal.pk] = (journal.epoch, position.head)
    # What was written after the head was pinned comes next.
    answer.has_more = following is not None or journal.last_seq > position.head


def wire(answer: Answer) -> dict[str, Any]:
    """Give the changing part of the feed's JSON."""
    return {
        "reset": [str(journal) for journal in answer.reset],
        "records": [row.wire() for row in answer.rows],
        "cursors": {str(journal): [str(epoch), seq] for journal, (epoch, seq) in answer.cursors.items()},
        "more": answer.has_more,
        "page": answer.page.token() if answer.page else None,
    }
