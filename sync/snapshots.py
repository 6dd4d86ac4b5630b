"""Snapshots: the windows of a journal as pinned at one number, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from journal import kinds
from journal.kinds import Row
from journal.models import Entry, EntryQuerySet
from spheres.reading import Reach

LONGEST_TOKEN = 600
LARGEST_NUMBER = 2**62


class Garbled(ValueError):
    """A page token that this server never made."""


@dataclass(frozen=True)
class Position:
    """Where a snapshot stands: first the kinds kept whole, by arrival; then window by window, newest first."""

    journal: UUID
    epoch: UUID
    head: int
    # Kinds kept whole: arrived after this number come next; None: all were given.
    after: int | None = 0
    # Windows: the section, what was given of it, and the number below which it goes on.
    section: int = 0
    given: int = 0
    before: int | None = None

    def token(self) -> str:
        """Give the position as the text that a device brings back."""
        return json.dumps(
            {key: str(value) if isinstance(value, UUID) else value for key, value in asdict(self).items()},
            separators=(",", ":"),
        )

    @classmethod
    def from_token(cls, token: object) -> Position:
        """Read a token back. Raises Garbled for anything else; what it names is checked against Readers."""
        if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
            raise Garbled
        try:
            said = json.loads(token)
            return cls(
                journal=UUID(said["journal"]),
                epoch=UUID(said["epoch"]),
                head=_number(said["head"]),
                after=None if said["after"] is None else _number(said["after"]),
                section=_number(said["section"]),
                given=_number(said["given"]),
                before=None if said["before"] is None else _number(said["before"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Garbled from error


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_NUMBER:
        raise Garbled
    return value


def snapshot(reach: Reach, position: Position, room: int) -> tuple[list[Row], Position | None]:
    """Give up to `room` rows from `position` on, and where to go on (None: it is complete)."""
    entries: list[Entry] = []
    current: Position | None = position
    while current is not None and len(entries) < room:
        taken, current = _step(reach, current, room - len(entries))
        entries += taken
    return [row for row in reach.rows(entries) if not row.is_gone], current


def _step(reach: Reach, position: Position, room: int) -> tuple[list[Entry], Position | None]:
    if position.after is not None:
        return _whole(reach, position, room)
    sections = list(_sections(position))
    if position.section >= len(sections):
        return [], None
    kind, parent = sections[position.section]
    return _window(reach, position, kind, parent, room)


def _whole(reach: Reach, position: Position, room: int) -> tuple[list[Entry], Position]:
    whole = [kind.name for kind in kinds.kinds().values() if kind.window is None]
    entries = list(
        _visible(reach, position)
        .filter(kind__in=whole, is_gone=False, first__gt=position.after or 0)
        .order_by("first")[:room]
    )
    after = entries[-1].first if len(entries) == room else None
    return entries, replace(position, after=after)


def _sections(position: Position) -> Iterator[tuple[str, UUID | None]]:
    for kind in kinds.kinds().values():
        if kind.window is None:
            continue
        if not kind.parent_kind:
            yield kind.name, None
            continue
        # What lies in something that is gone is gone with it.
        parents = Entry.objects.filter(journal_id=position.journal).listed(kind.parent_kind)
        for parent in parents.order_by("first").values_list("object_id", flat=True):
            yield kind.name, parent


def _window(
    reach: Reach, position: Position, kind: str, parent: UUID | None, room: int
) -> tuple[list[Entry], Position]:
    window = kinds.kinds()[kind].window or 0
    limit = max(0, min(room, window - position.given))
    listed = _visible(reach, position, kind).listed(kind, parent)
    if position.before is not None:
        listed = listed.filter(first__lt=position.before)
    entries = list(listed[:limit])
    given = position.given + len(entries)
    if len(entries) < limit or given >= window:
        return entries, replace(position, section=position.section + 1, given=0, before=None)
    return entries, replace(position, given=given, before=entries[-1].first)


def _visible(reach: Reach, position: Position, kind: str | None = None) -> EntryQuerySet:
    entries: EntryQuerySet = Entry.objects.filter(reach.within(position.journal).visible(kind))
    return entries.current()
