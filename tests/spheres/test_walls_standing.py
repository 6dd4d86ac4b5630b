"""Walls stand on every sealed table, are mended at every start, hold our role, and let whole copies through."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.transaction import atomic
from django.test.utils import CaptureQueriesContext

from messaging.models import Message
from spheres import ties, walls
from spheres.opening import open_spheres
from spheres.seal import Sealed, inside
from tests.conftest import Cast

pytestmark = pytest.mark.db


def is_walled() -> bool:
    return connection.vendor == "postgresql"


def standing() -> dict[str, walls.Wall]:
    return walls.walls(connection) if is_walled() else {}


def sealed_tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if issubclass(model, Sealed)}


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_wall_stands_on_every_sealed_table_and_on_no_other(db: None) -> None:
    assert sealed_tables() >= {"messaging_message", "messaging_conversation", "spheres_mine"}
    assert walls.sealed_tables(apps) == sealed_tables()
    assert set(standing()) == (sealed_tables() if is_walled() else set())
    for table, wall in standing().items():
        assert (wall.is_on, wall.binds_owner) == (True, True), table
        ((name, permissive, command, roles, shows, takes),) = wall.policies
        assert (name, permissive, command, roles) == (walls.POLICY, "true", "*", "{0}"), table
        assert shows == takes
        assert "current_setting('alveole.sphere'" in shows


def test_building_again_changes_nothing(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        walls.build(connection, apps)
    said = [query["sql"] for query in asked.captured_queries]
    assert not [sql for sql in said if sql.startswith(("CREATE", "ALTER", "DROP")) and "seal_probe" not in sql]
    assert bool(said) == is_walled()


DAMAGE = {
    "postgresql": [
        "ALTER TABLE messaging_message DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE messaging_message NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY seal_sphere ON messaging_message",
        "ALTER POLICY seal_sphere ON messaging_message USING (true)",
        "ALTER POLICY seal_sphere ON messaging_message WITH CHECK (true)",
        "CREATE POLICY gate ON messaging_message USING (true)",
        "CREATE POLICY seal_sphere ON spheres_membership USING (true)",
    ],
    "sqlite": [],
}


def test_a_wall_that_fell_or_has_a_gate_is_mended(db: None) -> None:
    whole = standing()
    for damage in DAMAGE[connection.vendor]:
        run(damage)
        assert standing() != whole, damage
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
        assert standing() == whole, damage


def test_a_wall_is_built_by_the_models_as_migrated_so_far(db: None) -> None:
    """A migration's models extend nothing of ours: what is sealed is seen by their keys."""
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415  # beside its only use

    past = MigrationExecutor(connection).loader.project_state().apps
    assert walls.sealed_tables(past) == sealed_tables()


@pytest.fixture
def superuser(db: None) -> Iterator[None]:
    """Let our role be a superuser by a catalogue of our own: no test may ask for a real one."""
    if is_walled():
        with atomic():
            run(
                "CREATE TEMPORARY VIEW pg_roles AS"
                " SELECT current_user AS rolname, true AS rolsuper, false AS rolbypassrls"
            )
            run("SET LOCAL search_path = pg_temp, pg_catalog, public")
            yield
            run("SET LOCAL search_path TO DEFAULT")
            run("DROP VIEW pg_temp.pg_roles")
    else:
        yield


def test_an_ordinary_role_is_welcome(db: None) -> None:
    walls.ensure_bound(connection)
    call_command("check", databases=["default"])


def test_a_superuser_is_refused_with_what_to_do(superuser: None) -> None:
    attempts: list[Any] = [
        lambda: walls.ensure_bound(connection),
        lambda: walls.build(connection, apps),
        lambda: emit_pre_migrate_signal(verbosity=0, interactive=False, db="default"),
        lambda: call_command("check", databases=["default"]),
    ]
    for attempt in attempts:
        told = "CREATE ROLE alveole LOGIN NOSUPERUSER NOBYPASSRLS" in refusal(attempt)
        assert told == is_walled()  # SQLite has no roles


def refusal(attempt: Callable[[], object]) -> str:
    """Give the sentence that an attempt is refused with; none if it is not."""
    try:
        attempt()
    except (walls.Unbound, CommandError) as refused:
        return str(refused)
    return ""


PLANTED = """
from django.db import migrations

def shout(apps, schema_editor):
    for message in apps.get_model("messaging", "Message").objects.all():
        message.body = message.body.upper()
        message.save()
    {then}

class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [migrations.RunPython(shout, migrations.RunPython.noop)]
"""


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    """Give messaging a second migration, in a folder of its own."""
    folder = tmp_path / f"planted_{tmp_path.name}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    first = apps.get_app_config("messaging").path + "/migrations/0001_initial.py"
    (folder / "0001_initial.py").write_text(Path(first).read_text())
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.MIGRATION_MODULES = {"messaging": folder.name}
    return folder / "0002_planted.py"


def spoken(cast: Cast) -> list[str]:
    found = []
    for member in (cast.bob, cast.eve):
        with inside(member.sphere):
            found += list(Message.objects.values_list("body", flat=True))
    return found


@pytest.mark.django_db(transaction=True)
def test_a_data_migration_changes_the_rows_of_every_sphere(cast: Cast, planted: Path) -> None:
    cast.say(cast.bob, "ici")
    cast.say(cast.eve, "ailleurs")
    planted.write_text(PLANTED.format(then=""))
    call_command("migrate", "messaging", verbosity=0)
    try:
        assert spoken(cast) == ["ICI", "AILLEURS"]
        assert open_spheres() == frozenset()
    finally:
        call_command("migrate", "messaging", "0001", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_a_data_migration_that_dies_leaves_no_sphere_open(cast: Cast, planted: Path) -> None:
    cast.say(cast.bob, "ici")
    cast.say(cast.eve, "ailleurs")
    planted.write_text(PLANTED.format(then="raise SystemError('dies')"))
    with pytest.raises(SystemError, match="dies"):
        call_command("migrate", "messaging", verbosity=0)
    assert open_spheres() == frozenset()
    assert spoken(cast) == ["ici", "ailleurs"]
    ties.after_migrations("default")  # as the next start does


@pytest.mark.django_db(transaction=True)
def test_a_copy_by_the_owner_holds_all_or_fails(cast: Cast) -> None:
    """`pg_dump` turns row-level security off, and then refuses to leave rows out; SQLite is copied as a file."""
    cast.say(cast.bob, "dit ici")
    cast.say(cast.eve, "dit ailleurs")
    if not is_walled():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM messaging_message")
            assert cursor.fetchone() == (2,)
        return
    assert "row-level security" in dumped().stderr
    everything = dumped("--enable-row-security", PGOPTIONS="-c alveole.sphere=*").stdout
    assert "dit ici" in everything
    assert "dit ailleurs" in everything
    assert f"CREATE POLICY {walls.POLICY} ON public.messaging_message" in everything


def dumped(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    its = connection.settings_dict
    environment |= {"PGHOST": its["HOST"], "PGPORT": its["PORT"], "PGUSER": its["USER"], "PGPASSWORD": its["PASSWORD"]}
    command = ["pg_dump", *words, str(its["NAME"])]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
