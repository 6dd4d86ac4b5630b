"""Three-way merging of text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from journal.errors import Stale
from journal.merging import merge_lines, merged

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seen", "mine", "theirs", "both"),
    [
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb\nc\nd", "a\nc\nd", "a\nb\nc\nD", "a\nc\nD"),
        ("a\nb\nc\n", "x\na\nb\nc\n", "a\nb\nc\ny\n", "x\na\nb\nc\ny\n"),
        ("a\nb\n", "A\nb\n", "a\nB\n", None),
        ("a", "b", "c", None),
        ("a\nb\nc", "a\nX\nc", "a\nY\nc", None),
        ("", "x", "y", None),
    ],
)
def test_lines_that_do_not_touch_are_both_kept(seen: str, mine: str, theirs: str, both: str | None) -> None:
    assert merge_lines(seen, mine, theirs) == both
    assert merge_lines(seen, theirs, mine) == both


@pytest.mark.parametrize(
    ("seen", "mine", "theirs", "value"),
    [("a", "b", "a", "b"), ("a", "b", "b", "b"), ("a", "a", "b", "b"), ("a", "a", "a", "a")],
)
def test_what_only_one_changed_stands(seen: str, mine: str, theirs: str, value: str) -> None:
    assert merged("body", seen=seen, mine=mine, theirs=theirs, by="Bob", at=NOW) == value


def test_what_both_changed_is_shown_with_its_author() -> None:
    with pytest.raises(Stale) as stale:
        merged("body", seen="a", mine="b", theirs="c", by="Bob", at=NOW)
    divergence = stale.value.versions["body"]
    assert (divergence.seen, divergence.theirs, divergence.by, divergence.at) == ("a", "c", "Bob", NOW)
