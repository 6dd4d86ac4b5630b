"""The last wall, against raw SQL that forgot the seal: PostgreSQL shows it the open spheres alone.

SQLite has no such wall, and says so here: what is not held is asserted too, and who may speak SQL is held by
`tests/test_only_actions_write.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection
from django.db.models import QuerySet, UUIDField
from django.db.transaction import atomic, savepoint, savepoint_rollback

from journal.ids import uuid7
from messaging.models import Conversation, Message
from spheres.models import Mine, Sphere
from spheres.seal import across, across_all_spheres, inside
from tests.conftest import Cast

pytestmark = pytest.mark.db

HERE, ELSEWHERE = "dit ici", "dit ailleurs"
ASKED = "SELECT body FROM messaging_message ORDER BY body DESC"


def is_walled() -> bool:
    return connection.vendor == "postgresql"


def shown(*bodies: str) -> list[str]:
    """Give what raw SQL finds where these are open: without a wall, everything."""
    return list(bodies) if is_walled() else [HERE, ELSEWHERE]


@pytest.fixture
def said(cast: Cast) -> Cast:
    cast.say(cast.bob, HERE)
    cast.say(cast.eve, ELSEWHERE)
    return cast


def raw() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(ASKED)
        return [body for (body,) in cursor.fetchall()]


def change(statement: str, *values: UUID) -> int:
    """Run a statement with ids; give how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [UUIDField().get_db_prep_value(value, connection) for value in values])
        return int(cursor.rowcount)


def unmanaged() -> QuerySet[Message]:
    """Give messages past their manager."""
    return QuerySet(Message)


def through_raw_queryset() -> list[str]:
    return [message.body for message in unmanaged().raw("SELECT * FROM messaging_message ORDER BY body DESC")]


def past_the_manager() -> list[str]:
    return list(unmanaged().order_by("-body").values_list("body", flat=True))


def by_iterator() -> list[str]:
    return list(unmanaged().order_by("-body").values_list("body", flat=True).iterator(chunk_size=1))


def by_named_cursor() -> list[str]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(ASKED)
        return [body for (body,) in cursor.fetchmany(10)]


def by_the_drivers_own_cursor() -> list[str]:
    assert connection.connection is not None
    return [body for (body,) in connection.connection.cursor().execute(ASKED).fetchall()]


def by_stream() -> list[str]:
    with connection.cursor() as cursor:
        return [body for (body,) in cursor.stream(ASKED)]


def by_copy() -> list[str]:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({ASKED}) TO STDOUT") as copied:
        return [body for (body,) in copied.rows()]


def ways() -> list[Callable[[], list[str]]]:
    everywhere = [raw, through_raw_queryset, past_the_manager, by_iterator, by_named_cursor, by_the_drivers_own_cursor]
    return everywhere + ([by_stream, by_copy] if is_walled() else [])


def test_however_it_is_asked_raw_sql_reads_the_open_spheres_alone(said: Cast) -> None:
    for ask in ways():
        with inside(said.sphere):
            assert ask() == shown(HERE), ask
        with inside(said.eve.sphere):
            assert ask() == shown(ELSEWHERE), ask
        with across([said.bob, said.eve]):
            assert ask() == [HERE, ELSEWHERE], ask
        assert ask() == shown(), ask
        with across_all_spheres("a test reads everything"):
            assert ask() == [HERE, ELSEWHERE], ask
        with across([]):
            assert ask() == shown(), ask


def test_raw_sql_changes_the_open_sphere_alone(said: Cast) -> None:
    kept = 0 if is_walled() else 1
    with inside(said.sphere):
        assert change("UPDATE messaging_message SET body = body WHERE sphere_id = %s", said.sphere.pk) == 1
        assert change("UPDATE messaging_message SET body = body WHERE sphere_id = %s", said.eve.sphere_id) == kept
        assert change("DELETE FROM messaging_message WHERE sphere_id = %s", said.eve.sphere_id) == kept
        assert change("DELETE FROM messaging_message WHERE sphere_id = %s", said.sphere.pk) == 1


def test_many_statements_at_once_are_held_too(said: Cast) -> None:
    with inside(said.eve.sphere):
        assert ELSEWHERE in raw()
    with inside(said.sphere), connection.cursor() as cursor:
        cursor.executemany("UPDATE messaging_message SET body = %s WHERE body = %s", [("x", HERE), ("y", ELSEWHERE)])
    with across_all_spheres("a test reads everything"):
        assert raw() == (["x", ELSEWHERE] if is_walled() else ["y", "x"])


def is_refused(attempt: Callable[[], object]) -> bool:
    try:
        with atomic():
            attempt()
            connection.check_constraints()
    except ProgrammingError as refusal:
        return "row-level security" in str(refusal)
    return False


def test_a_row_of_another_sphere_is_not_made_from_here(said: Cast) -> None:
    def made(member: str) -> Message:
        author = getattr(said, member)
        place = said.conversation if author.sphere_id == said.sphere.pk else said.elsewhere
        return Message(id=uuid7(), sphere_id=author.sphere_id, conversation=place, author=author, body="x")

    with inside(said.sphere):
        assert not is_refused(lambda: unmanaged().bulk_create([made("bob")]))
        assert is_refused(lambda: unmanaged().bulk_create([made("eve")])) == is_walled()
        assert is_refused(lambda: made("eve").save_base(raw=True, force_insert=True)) == is_walled()
    assert is_refused(lambda: unmanaged().bulk_create([made("bob")])) == is_walled()


def test_a_row_does_not_leave_for_another_sphere(said: Cast) -> None:
    """Even with nothing tied to it: the keys would not mind."""

    def leave(sphere: Sphere) -> int:
        with across([said.bob] if sphere == said.sphere else [said.bob, said.eve]):
            return change("UPDATE messaging_conversation SET sphere_id = %s WHERE id = %s", said.eve.sphere_id, empty)

    empty = uuid7()
    with inside(said.sphere):
        Conversation(id=empty, sphere=said.sphere, journal_id=said.sphere.journal_id).save(force_insert=True)
        assert is_refused(lambda: leave(said.sphere)) == is_walled()
    assert not is_refused(lambda: leave(said.eve.sphere))


def test_no_rows_are_copied_in_past_the_wall(said: Cast) -> None:
    """PostgreSQL copies none in where a policy stands, the open sphere's included; SQLite knows no COPY."""
    with inside(said.sphere), connection.cursor() as cursor:
        assert hasattr(cursor, "copy") == is_walled()
        if is_walled():
            with pytest.raises(psycopg.errors.FeatureNotSupported), cursor.copy("COPY messaging_message FROM STDIN"):
                pass


def test_a_key_that_leads_nowhere_is_still_refused_behind_the_wall(said: Cast) -> None:
    with inside(said.sphere):
        assert not is_refused(lambda: mine(said.bob.pk, said.bob.sphere_id))
        for nobody in (uuid7(), said.eve.pk):
            with pytest.raises(IntegrityError):
                is_refused(lambda: mine(nobody, said.bob.sphere_id))  # noqa: B023  # called at once


def mine(membership: UUID, sphere: UUID) -> None:
    row = Mine(membership_id=membership, sphere_id=sphere, kind="x", object_id=uuid7(), key="x", value="x")
    row.save(force_insert=True)


def test_a_sphere_ends_with_its_rows_and_no_others(said: Cast) -> None:
    with inside(said.sphere):
        Message.objects.all().delete()
        said.sphere.delete()
    with across_all_spheres("a test reads everything"):
        assert raw() == [ELSEWHERE]


class Undone(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_no_other_sphere_open(said: Cast) -> None:
    """It undoes what the server was told since."""
    with inside(said.eve.sphere):
        assert raw() == shown(ELSEWHERE)
    with suppress(Undone), atomic():
        with inside(said.sphere):
            assert raw() == shown(HERE)
        raise Undone
    with inside(said.sphere):
        assert raw() == shown(HERE)


def test_a_rollback_to_a_savepoint_leaves_no_other_sphere_open(said: Cast) -> None:
    with inside(said.eve.sphere):
        before = savepoint()
        with inside(said.sphere):
            assert raw() == shown(HERE)
            savepoint_rollback(before)
            assert raw() == shown(HERE)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("around", [nullcontext, atomic])
def test_a_failed_statement_leaves_no_other_sphere_open(
    said: Cast, around: Callable[[], AbstractContextManager[None]]
) -> None:
    """The rollback comes when the sphere is closed already, and a failed transaction hears nothing before it."""
    with around(), inside(said.eve.sphere):
        assert raw() == shown(ELSEWHERE)
        with suppress(DatabaseError), atomic(), inside(said.sphere):
            assert raw() == shown(HERE)
            change("SELECT nothing FROM nowhere")
        with inside(said.sphere):
            assert raw() == shown(HERE)
        assert raw() == shown(ELSEWHERE)


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_was_a_rollback_leaves_no_other_sphere_open(said: Cast) -> None:
    """PostgreSQL answers so when a statement failed and nobody minded."""
    with inside(said.eve.sphere):
        assert raw() == shown(ELSEWHERE)
    with atomic(), inside(said.sphere):
        assert raw() == shown(HERE)
        with suppress(DatabaseError):
            change("SELECT nothing FROM nowhere")
    with inside(said.sphere):
        assert raw() == shown(HERE)


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_the_keys_refuse_leaves_no_other_sphere_open(said: Cast) -> None:
    with inside(said.eve.sphere):
        assert raw() == shown(ELSEWHERE)
    with pytest.raises(IntegrityError), atomic(), inside(said.sphere):
        mine(uuid7(), said.sphere.pk)
    with inside(said.sphere):
        assert raw() == shown(HERE)


@pytest.mark.django_db(transaction=True)
def test_so_does_one_that_nobody_takes_back(said: Cast) -> None:
    with inside(said.eve.sphere):
        assert raw() == shown(ELSEWHERE)
    connection.set_autocommit(False)
    try:
        with inside(said.sphere):
            mine(uuid7(), said.sphere.pk)
            with pytest.raises(IntegrityError):
                connection.commit()
            assert raw() == shown(HERE)
    finally:
        connection.rollback()
        connection.set_autocommit(True)


RESETS = {"postgresql": ["DISCARD ALL", "RESET ALL", "SET alveole.sphere = '*'"], "sqlite": ["SELECT 1"]}


@pytest.mark.django_db(transaction=True)
def test_a_session_that_forgets_is_told_again(said: Cast) -> None:
    with inside(said.sphere):
        assert raw() == shown(HERE)
        for statement in RESETS[connection.vendor]:
            change(statement)
            assert raw() == shown(HERE), statement
        connection.close()
        assert raw() == shown(HERE)
    assert raw() == shown()
