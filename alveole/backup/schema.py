"""What a database is made of: the migrations it went through, and the tables that they give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext_noop as _

from alveole.backup.errors import Newer
from alveole.backup.kinds import Kind, kind_of

Step = tuple[str, str]  # app and name of a migration


@dataclass(frozen=True)
class Table:
    """A table with its columns, in the order in which archives write them."""

    name: str
    columns: dict[str, Kind]


def steps_taken(db: BaseDatabaseWrapper) -> list[Step]:
    """Give the migrations that the database went through."""
    return sorted(MigrationRecorder(db).applied_migrations())


NEWER_DATABASE = _(
    "This database was made by a newer Alvéole (%(step)s is not known here): run that version or a later."
)
NEWER_ARCHIVE = _(
    "%(file)s was made by a newer Alvéole (%(step)s is not known here): restore it with that version or a later."
)


def refuse_newer(steps: Iterable[Step], archive: Path | None = None) -> None:
    """Raise Newer if this database, or the one of `archive`, took steps that this code does not have."""
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    known |= {step for migration in loader.disk_migrations.values() for step in migration.replaces}
    unknown = sorted(set(steps) - known)
    if unknown:
        step = ".".join(unknown[0])
        if archive is None:
            raise Newer(NEWER_DATABASE, step=step)
        raise Newer(NEWER_ARCHIVE, file=archive.name, step=step)


def tables(steps: Iterable[Step]) -> list[Table]:
    """Give the tables as these migrations leave them: maybe not those of today's models."""
    models = _state(steps).apps.get_models(include_auto_created=True)
    found = [
        Table(model._meta.db_table, {field.column: kind_of(field) for field in model._meta.local_concrete_fields})
        for model in models
        if model._meta.managed and not model._meta.proxy
    ]
    return sorted(found, key=lambda table: table.name)


def models_of(steps: Iterable[Step]) -> list[Any]:
    """Give the models as these migrations leave them."""
    return list(_state(steps).apps.get_models(include_auto_created=True))


def migrate_to(db: BaseDatabaseWrapper, steps: Iterable[Step]) -> None:
    """Take an empty database through these migrations and no others, without what follows migrations (ties)."""
    executor = MigrationExecutor(db)
    executor.migrate(_newest(executor.loader, set(steps)))


def _state(steps: Iterable[Step]) -> Any:
    loader = MigrationLoader(None)
    return loader.project_state(_newest(loader, set(steps)))


def _newest(loader: MigrationLoader, steps: set[Step]) -> list[Step]:
    # An older one named after its successor would be taken for "go back to it".
    nodes = loader.graph.node_map
    return [
        step
        for step in sorted(steps & set(nodes))
        if not any(child.key[0] == step[0] and child.key in steps for child in nodes[step].children)
    ]
