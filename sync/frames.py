"""Finished frames: an entry rendered once per language, ready for every socket of every process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Model

from journal import kinds, rows
from journal.kinds import Row
from journal.models import Entry
from spheres.models import Reader
from spheres.seal import inside

# The verbs after which some Readers may be closed; others are not worth a query.
CLOSING_VERBS = {"left", "closed", "chartered", "role", "unlisted"}


@dataclass(frozen=True)
class Published:
    """One entry as sockets get it: a finished frame per language, and whose reading it ends."""

    journal: UUID
    n: int
    first: int
    is_standing: bool
    frames: dict[str, str]
    closes: tuple[UUID, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Give it as plain values."""
        return {
            "j": self.journal.hex,
            "n": self.n,
            "f": self.first,
            "st": self.is_standing,
            "fr": self.frames,
            "cl": [membership.hex for membership in self.closes],
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Published:
        """Read it back from another process of ours."""
        return cls(
            journal=UUID(said["j"]),
            n=said["n"],
            first=said["f"],
            is_standing=said["st"],
            frames=said["fr"],
            closes=tuple(UUID(membership) for membership in said["cl"]),
        )


def finished(entry: Entry, scope: UUID | None, thing: Model | None = None) -> Published:
    """Render one entry for every language; `scope` is the place of its journal, `thing` what was just recorded."""
    kind = kinds.kinds().get(entry.kind)
    if scope is None:
        frames = _frames(entry, scope, thing)
    else:
        with inside(scope):
            frames = _frames(entry, scope, thing)
    return Published(
        journal=entry.journal_id,
        n=entry.seq,
        first=entry.first,
        is_standing=kind is not None and kind.is_standing,
        frames=frames,
        closes=closed_by(entry),
    )


def closed_by(entry: Entry) -> tuple[UUID, ...]:
    """Name the memberships whose reading of the journal ended with this entry."""
    if entry.verb not in CLOSING_VERBS:
        return ()
    closed = Reader.objects.filter(journal_id=entry.journal_id, until=entry.seq)
    return tuple(closed.values_list("membership_id", flat=True))


def _frames(entry: Entry, scope: UUID | None, thing: Model | None) -> dict[str, str]:
    made = rows.in_languages(entry, scope, [language for language, _ in settings.LANGUAGES], thing)
    return {language: frame(row) for language, row in made.items()}


def frame(row: Row) -> str:
    """Write one row as a socket's frame."""
    return json.dumps({"t": "records", "records": [row.wire()]}, separators=(",", ":"), ensure_ascii=False)
