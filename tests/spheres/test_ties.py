"""Ties: derived from the models, equal to the catalogue, remade around migrations."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import DatabaseError, IntegrityError, connection, models
from django.db.transaction import atomic

from spheres import ties
from spheres.models import Sphere
from spheres.seal import READ_FIRST, Sealed, SealedRows, across_all_spheres
from tests.conftest import Cast

pytestmark = pytest.mark.db


def standing() -> set[tuple[str, str, str]]:
    """Read from the database what it ties."""
    if connection.vendor == "postgresql":
        return set(ties._constraints(connection))
    names = {name.rsplit("_", 1)[0] for name in ties._triggers(connection)}
    return {(tie.child, tie.column, tie.parent) for tie in ties.ties(apps) if tie.name in names}


def test_every_key_between_rows_of_spheres_is_tied(db: None) -> None:
    wanted = {(tie.child, tie.column, tie.parent) for tie in ties.ties(apps)}
    assert ("messaging_message", "conversation_id", "messaging_conversation") in wanted
    assert ("messaging_message", "author_id", "spheres_membership") in wanted
    assert ("spheres_mine", "membership_id", "spheres_membership") in wanted
    assert standing() == wanted


def test_tying_again_changes_nothing(db: None, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6) as asked:
        ties.tie(connection, apps)
    assert not [query for query in asked.captured_queries if query["sql"].startswith(("CREATE", "ALTER", "DROP"))]


def test_a_tie_that_fell_is_tied_again(db: None) -> None:
    gone = ties.ties(apps)[0]
    untie()
    assert (gone.child, gone.column, gone.parent) not in standing()
    ties.tie(connection, apps)
    assert (gone.child, gone.column, gone.parent) in standing()


def test_a_tie_that_no_model_wants_is_dropped(db: None) -> None:
    untie()
    ties._run(connection, STRAYS[connection.vendor])
    with pytest.raises((IntegrityError, DatabaseError)), atomic():
        ties._run(connection, STRAYS[connection.vendor])
    ties.tie(connection, apps)
    ties._run(connection, STRAYS[connection.vendor])


STRAYS = {
    "sqlite": "CREATE TRIGGER seal_stray_ci BEFORE INSERT ON spheres_mine BEGIN SELECT 1; END",
    "postgresql": "ALTER TABLE spheres_mine ADD CONSTRAINT seal_stray FOREIGN KEY (sphere_id, object_id)"
    " REFERENCES messaging_conversation (sphere_id, id)",
}


def test_migrations_run_untied_where_ties_are_in_their_way(db: None) -> None:
    wanted = standing()
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default")
    assert standing() == (set() if connection.vendor == "sqlite" else wanted)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert standing() == wanted


def test_rows_that_cross_stand_in_the_way_of_a_tie(cast: Cast) -> None:
    cast.say(cast.bob)
    untie()
    with across_all_spheres("a test lets rows cross"), connection.cursor() as cursor:
        sphere = models.UUIDField().get_db_prep_value(cast.eve.sphere_id, connection)
        cursor.execute("UPDATE messaging_conversation SET sphere_id = %s", [sphere])
    connection.check_constraints()
    with pytest.raises((ties.Untied, IntegrityError), match="messaging_message"), atomic():
        ties.tie(connection, apps)


def untie() -> None:
    connection.check_constraints()
    if connection.vendor == "postgresql":
        for tie in ties.ties(apps):
            ties._run(connection, f'ALTER TABLE "{tie.child}" DROP CONSTRAINT "{tie.name}"')
    else:
        ties.before_migrations("default")


def sealed_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, Sealed)]


def test_every_sealed_model_fails_closed() -> None:
    assert sealed_models()
    for model in sealed_models():
        assert isinstance(model._default_manager, SealedRows), model
        assert isinstance(model._base_manager, SealedRows), model


def test_no_hidden_table_joins_sealed_models() -> None:
    for model in sealed_models():
        for field in model._meta.local_many_to_many:
            through = field.remote_field.through
            assert through is None or not through._meta.auto_created, f"{model.__name__}.{field.name}"


def test_every_model_with_a_sphere_is_sealed_or_read_before_one_is_open() -> None:
    outside = {
        model._meta.label_lower
        for model in apps.get_models()
        if any(getattr(field, "related_model", None) is Sphere for field in model._meta.local_fields)
        and not issubclass(model, Sealed)
    }
    invitations = {f"invitations.{name}" for name in ("invitation", "request", "mailing")}
    named = {"spheres.membership", "guests.key", "files.step"} | invitations
    assert outside == named == READ_FIRST
