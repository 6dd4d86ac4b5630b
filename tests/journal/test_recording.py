"""Numbers, entries and what supersedes what."""

from __future__ import annotations

import pytest

from journal.models import Entry, Journal
from journal.recording import record
from messaging.actions import delete_message, edit_message
from spheres.seal import inside
from tests.conftest import Cast

pytestmark = pytest.mark.db


def test_numbers_are_contiguous_and_only_the_newest_entry_of_a_thing_stands(cast: Cast) -> None:
    message = cast.say(cast.bob, "un")
    cast.say(cast.alice, "deux")
    with inside(cast.sphere):
        edit_message(cast.bob, message, body="un !", seen="un")
    numbers = list(Entry.objects.filter(journal=cast.sphere.journal).order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert Journal.objects.get(pk=cast.sphere.journal_id).last_seq == numbers[-1]
    told = Entry.objects.filter(object_id=message.pk).order_by("seq")
    assert [(entry.verb, entry.superseded) for entry in told] == [("posted", True), ("edited", False)]


def test_an_edit_keeps_the_place_of_arrival(cast: Cast) -> None:
    message = cast.say(cast.bob)
    cast.say(cast.alice)
    with inside(cast.sphere):
        edit_message(cast.bob, message, body="autrement", seen="Bonjour")
    first, second = Entry.objects.filter(object_id=message.pk).order_by("seq")
    assert (second.first, second.seq > first.seq) == (first.seq, True)


def test_a_deletion_is_an_entry_whose_thing_is_not_found(cast: Cast) -> None:
    message = cast.say(cast.bob)
    with inside(cast.sphere):
        delete_message(cast.bob, message)
    assert Entry.objects.current().get(object_id=message.pk).verb == "deleted"


def test_nothing_is_recorded_outside_an_action(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="inside an action"):
        record(cast.sphere.journal_id, "renamed", cast.bob)
