"""The seal against whoever forgets it: each attempt first shows that it would work inside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection
from django.db.models import UUIDField
from django.db.transaction import atomic

from journal.ids import uuid7
from messaging.models import Conversation, Message
from spheres.models import Membership
from spheres.seal import Unsealed, across, across_all_spheres, inside
from tests.conftest import Cast

pytestmark = pytest.mark.db


def refused(attempt: Callable[[], object]) -> bool:
    """Whether the database refuses, at once (SQLite) or at the commit (PostgreSQL)."""
    try:
        with atomic():
            attempt()
            connection.check_constraints()
    except IntegrityError:
        return True
    return False


def message(cast: Cast, author: Membership, conversation: Conversation) -> Message:
    return Message(id=uuid7(), sphere=cast.sphere, conversation=conversation, author=author, body="x")


def test_with_no_sphere_open_every_read_raises(cast: Cast) -> None:
    said = cast.say(cast.bob)
    with inside(cast.sphere):
        assert Message.objects.count() == 1
    for attempt in (
        lambda: list(Message.objects.all()),
        lambda: list(Message._base_manager.all()),
        said.refresh_from_db,
        said.delete,
        said.save,
    ):
        with pytest.raises(Unsealed):
            attempt()


def test_another_sphere_is_not_there(cast: Cast) -> None:
    said = cast.say(cast.bob)
    with inside(cast.eve.sphere):
        assert not Message.objects.filter(pk=said.pk).exists()
        with pytest.raises(Unsealed):
            said.save()
        with pytest.raises(Unsealed):
            Message.objects.bulk_create([message(cast, cast.bob, cast.conversation)])


def test_inside_its_sphere_a_row_is_made_and_unmade(cast: Cast) -> None:
    with inside(cast.sphere):
        (made,) = Message.objects.bulk_create([message(cast, cast.bob, cast.conversation)])
        made.delete()
        assert not Message.objects.exists()


def test_a_row_never_moves(cast: Cast) -> None:
    cast.say(cast.bob)
    with inside(cast.sphere), pytest.raises(Unsealed):
        Message.objects.update(sphere=cast.eve.sphere)


def test_across_opens_the_spheres_of_its_memberships_and_no_other(cast: Cast) -> None:
    cast.say(cast.bob)
    cast.say(cast.eve)
    with across([cast.bob]):
        assert Message.objects.count() == 1
    with across([cast.bob, cast.eve]):
        assert Message.objects.count() == 2
    with across([]), pytest.raises(Unsealed):
        Message.objects.count()


def test_across_all_opens_every_sphere_to_whoever_says_why(cast: Cast) -> None:
    said = cast.say(cast.bob)
    cast.say(cast.eve)
    with across_all_spheres("a test reads and writes everything"):
        assert Message.objects.count() == 2
        said.save()
        with inside(cast.eve.sphere):
            assert Message.objects.count() == 1
        said.delete()
    with pytest.raises(ValueError, match="why"), across_all_spheres(""):
        pass


def test_the_database_holds_the_keys(cast: Cast) -> None:
    """The wall behind the managers: raw SQL and update() with a foreign key of another sphere."""
    said = cast.say(cast.bob)
    with inside(cast.sphere):
        assert not refused(lambda: message(cast, cast.bob, cast.conversation).save(force_insert=True))
        assert refused(lambda: message(cast, cast.bob, cast.elsewhere).save(force_insert=True))
        assert refused(lambda: message(cast, cast.eve, cast.conversation).save(force_insert=True))
        assert refused(lambda: Message.objects.update(conversation=cast.elsewhere))
        assert refused(lambda: Message.objects.bulk_create([message(cast, cast.bob, cast.elsewhere)]))
        assert refused(lambda: _raw("UPDATE messaging_message SET sphere_id = %s", cast.eve.sphere_id))
        assert refused(lambda: _raw("UPDATE messaging_conversation SET sphere_id = %s", cast.eve.sphere_id))
        assert Message.objects.get(pk=said.pk).conversation_id == cast.conversation.pk


def test_a_child_made_before_its_parent_is_held_too(cast: Cast) -> None:
    """Keys are judged at the end of a transaction: the parent that comes later must be of the same sphere."""

    def child_then_parent(home: Membership) -> None:
        parent = Conversation(id=uuid7(), sphere=home.sphere, journal_id=home.sphere.journal_id)
        with inside(cast.sphere):
            message(cast, cast.bob, parent).save(force_insert=True)
        with inside(home.sphere):
            parent.save(force_insert=True)

    assert not refused(lambda: child_then_parent(cast.alice))
    assert refused(lambda: child_then_parent(cast.eve))


def _raw(statement: str, sphere: object) -> None:
    # With the walls open: whether the keys hold by themselves.
    with across_all_spheres("a test asks the keys alone"), connection.cursor() as cursor:
        cursor.execute(statement, [UUIDField().get_db_prep_value(sphere, connection)])
