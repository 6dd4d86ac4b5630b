"""Prepared reads and the statements written by hand: the same rows as Django's own, for less."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connection
from django.db.models import TextField, UUIDField
from django.test.utils import CaptureQueriesContext

from journal.ids import uuid7
from journal.models import Entry, Journal
from journal.prepared import Prepared, PreparedValues, Slot
from journal.statements import insert
from messaging.models import Message
from spheres.models import Membership
from spheres.prepared import membership_of, readers_of
from spheres.seal import PreparedInside, Unsealed, across, across_all_spheres, inside
from tests.conftest import Cast

pytestmark = pytest.mark.db

members = Prepared(lambda: Membership.objects.with_sphere().filter(sphere=Slot("sphere", UUIDField()), ended_at=None))

joined = PreparedValues(
    lambda: Membership.objects.filter(person=Slot("person", UUIDField()), ended_at=None).values_list(
        "pk", "joined_at", "sphere__journal__epoch"
    )
)


def values(row: Membership) -> dict[str, object]:
    """Give everything that was read, of the row and of what came along."""
    return {**row.__dict__, "_state": None, "sphere": row.sphere.name}


def test_it_gives_the_rows_of_its_chain_for_other_values_too(cast: Cast) -> None:
    for sphere in (cast.sphere, cast.eve.sphere):
        expected = Membership.objects.with_sphere().filter(sphere=sphere, ended_at=None)
        found = members(sphere=sphere.pk)
        assert sorted(row.pk for row in found) == sorted(row.pk for row in expected)
        assert [values(row) for row in found] == [values(expected.get(pk=row.pk)) for row in found]


def test_plain_values_are_those_of_its_chain(cast: Cast) -> None:
    for person in (cast.bob.person_id, cast.eve.person_id, uuid7()):
        chain = Membership.objects.filter(person=person, ended_at=None)
        expected = chain.values_list("pk", "joined_at", "sphere__journal__epoch")
        assert sorted(joined(person=person)) == sorted(expected)
    with CaptureQueriesContext(connection) as asked:
        assert joined.first(person=cast.bob.person_id) is not None
    assert len(asked) == 1


def test_what_comes_along_costs_no_query(cast: Cast) -> None:
    members(sphere=cast.sphere.pk)
    with CaptureQueriesContext(connection) as asked:
        assert {row.sphere.name for row in members(sphere=cast.sphere.pk)} == {"Chantier"}
    assert len(asked) == 1


def test_nothing_found_is_nothing(cast: Cast) -> None:
    assert members(sphere=uuid7()) == []
    assert members.first(sphere=uuid7()) is None


def test_a_row_that_was_read_can_be_changed_and_saved(cast: Cast) -> None:
    found = membership_of.first(person=cast.bob.person_id, slug=cast.sphere.slug)
    assert found is not None
    found.name = "Robert"
    found.save(update_fields=["name"])
    again = membership_of.first(person=cast.bob.person_id, slug=cast.sphere.slug)
    assert again is not None
    assert again.name == "Robert"


def test_a_removal_is_seen_at_the_next_asking(cast: Cast) -> None:
    assert membership_of.first(person=cast.bob.person_id, slug=cast.sphere.slug) is not None
    assert membership_of.first(person=cast.dan.person_id, slug=cast.sphere.slug) is None
    assert len(readers_of(membership=cast.bob.pk)) == 2
    assert readers_of(membership=cast.dan.pk) == []


@pytest.mark.django_db(transaction=True)
def test_another_thread_asks_by_its_own_connection(cast: Cast) -> None:
    seen: list[tuple[bool, int]] = []

    def ask() -> None:
        from django.db import connection as own  # noqa: PLC0415  # the thread's

        is_closed = own.connection is None
        seen.append((is_closed, len(members(sphere=cast.sphere.pk))))
        own.close()

    assert len(members(sphere=cast.sphere.pk)) == 3
    thread = Thread(target=ask)
    thread.start()
    thread.join()
    assert seen == [(True, 3)]


def test_a_value_that_is_written_into_it_is_refused(cast: Cast) -> None:
    """The sphere that is open at the first asking, for one: it would stay open for everybody."""
    baked = Prepared(lambda: Message.objects.filter(body=Slot("body", TextField())))
    cast.say(cast.bob, "à nous")
    with inside(cast.sphere), pytest.raises(ValueError, match="slots"):
        baked(body="à nous")


def test_a_sealed_read_is_of_the_sphere_that_is_open_at_each_asking(cast: Cast) -> None:
    said = PreparedInside(lambda: Message.objects.filter(body=Slot("body", TextField())))
    ours, theirs = cast.say(cast.bob, "pareil"), cast.say(cast.eve, "pareil")
    with inside(cast.sphere):
        assert [row.pk for row in said(body="pareil")] == [ours.pk]
    with inside(cast.eve.sphere):
        assert [row.pk for row in said(body="pareil")] == [theirs.pk]
    with pytest.raises(Unsealed):
        said(body="pareil")
    with across([cast.bob, cast.eve]), pytest.raises(Unsealed):
        said(body="pareil")
    with across_all_spheres("a test asks for one"), pytest.raises(Unsealed):
        said(body="pareil")


def test_a_row_is_inserted_as_django_would(cast: Cast) -> None:
    said = cast.say(cast.bob, "l’été à 8 h")
    with inside(cast.sphere):
        stored = Message.objects.get(pk=said.pk)
    assert {name: value for name, value in stored.__dict__.items() if name != "_state"}.items() <= said.__dict__.items()
    entry = Entry.objects.get(object_id=said.pk)
    assert (entry.verb, entry.superseded, entry.is_gone) == ("posted", False, False)


def test_a_taken_key_inserts_nothing(cast: Cast) -> None:
    journal = Journal()
    assert insert(journal)
    assert not journal._state.adding
    taken = Journal(pk=journal.pk, last_seq=7)
    assert not insert(taken)
    assert taken._state.adding
    assert Journal.objects.get(pk=journal.pk).last_seq == 0


def test_a_sealed_row_is_inserted_inside_its_sphere_only(cast: Cast) -> None:
    message = Message(sphere=cast.sphere, conversation=cast.conversation, author=cast.bob, body="dehors")
    with inside(cast.eve.sphere), pytest.raises(Unsealed):
        message.insert()
    with inside(cast.sphere):
        assert message.insert()
