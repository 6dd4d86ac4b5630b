"""Three-way merging of an edited field: what the person saw, what they want, what stands now."""

from __future__ import annotations

from datetime import datetime
from difflib import SequenceMatcher
from itertools import pairwise

from journal.errors import Divergence, Stale


def merged(field: str, *, seen: str, mine: str, theirs: str, by: str, at: datetime) -> str:
    """Give the value to store: mine where nobody else changed it, both changes where their lines do not touch.

    `by` and `at` say who wrote `theirs` and when. Raises Stale, with both values, where they do touch.
    """
    if theirs in (seen, mine):
        return mine
    if mine == seen:
        return theirs
    both = merge_lines(seen, mine, theirs)
    if both is None:
        raise Stale({field: Divergence(seen=seen, theirs=theirs, by=by, at=at)})
    return both


def merge_lines(seen: str, mine: str, theirs: str) -> str | None:
    """Merge two edits of a text line by line; None where they touch the same or neighbouring lines."""
    base = seen.splitlines(keepends=True)
    changes = sorted(_changes(base, mine) + _changes(base, theirs), key=lambda change: change[:2])
    for (_, end, _before), (start, _end, _after) in pairwise(changes):
        if start <= end:
            return None
    result: list[str] = []
    position = 0
    for start, end, lines in changes:
        result += base[position:start] + lines
        position = end
    return "".join(result + base[position:])


def _changes(base: list[str], edited: str) -> list[tuple[int, int, list[str]]]:
    lines = edited.splitlines(keepends=True)
    matcher = SequenceMatcher(None, base, lines, autojunk=False)
    return [
        (start, end, lines[new_start:new_end])
        for tag, start, end, new_start, new_end in matcher.get_opcodes()
        if tag != "equal"
    ]
