"""The seal: no sealed row is read or written unless its sphere is open.

`inside(sphere)` opens one for whatever follows; `across(memberships)` opens several for readers. Nothing open:
every query of a sealed model raises. On PostgreSQL the database holds the same (`walls.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models.lookups import Exact, In

from journal.prepared import Prepared, Slot
from journal.statements import insert
from spheres.opening import EVERY, across, across_all_spheres, inside, open_spheres, opened

__all__ = [
    "PreparedInside",
    "Sealed",
    "SealedQuerySet",
    "SealedRows",
    "Unsealed",
    "across",
    "across_all_spheres",
    "inside",
    "is_anchored",
    "is_sealed",
    "open_spheres",
]

# Anchored to a sphere, and read before one is open: to find out who may open it.
READ_FIRST = {
    "spheres.membership",
    "invitations.invitation",
    "invitations.request",
    "invitations.mailing",
    "guests.key",
    "files.step",
}


class Unsealed(Exception):
    """A sealed model was touched outside its sphere: a mistake of ours, never of a person."""


M = TypeVar("M", bound="Sealed")


class SealedQuerySet(models.QuerySet[M]):
    """Writes that leave the sphere are refused."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """Insert rows of the open sphere. Raises Unsealed for any other."""
        rows = list(objs)
        for row in rows:
            row.ensure_inside()
        return super().bulk_create(rows, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """Update rows. Raises Unsealed if it would carry them into another sphere."""
        if "sphere" in kwargs or "sphere_id" in kwargs:
            raise Unsealed("A row never moves to another sphere.")
        return super().update(**kwargs)


class Unindexed(models.Func):
    """What SQLite is to look at and not to go by: it seeks no index for an expression behind a sign.

    The seal is in every query, and SQLite, which counts nothing, takes a sphere for ten rows: to find thirty by their
    keys it would rather read all of it (https://www.sqlite.org/optoverview.html, the unary plus).
    """

    template = "%(expressions)s"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Put the sign before it."""
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


OF_SPHERE = Unindexed("sphere_id", output_field=models.UUIDField())


class SealedRows(models.Manager.from_queryset(SealedQuerySet)):  # type: ignore[misc]  # made at run time
    """Filters every query by the open spheres, and raises where none is open."""

    def get_queryset(self) -> SealedQuerySet[Any]:
        """Give the rows of the open spheres. Raises Unsealed if none is open."""
        spheres = open_spheres()
        if not spheres:
            raise Unsealed(f"{self.model.__name__} was asked for with no sphere open.")
        rows: SealedQuerySet[Any] = super().get_queryset()
        if spheres is EVERY:
            return rows
        if len(spheres) == 1:
            return rows.filter(Exact(OF_SPHERE, next(iter(spheres))))
        return rows.filter(In(OF_SPHERE, spheres))


class PreparedInside(Prepared[M]):
    """A prepared read of sealed rows: of the one sphere that is open when it is asked."""

    def __init__(self, queryset: Callable[[], models.QuerySet[M]]) -> None:
        def sealed() -> models.QuerySet[M]:
            with opened(frozenset({THE_OPEN_ONE})):
                return queryset()

        super().__init__(sealed)

    def __call__(self, **values: Any) -> list[M]:
        """Give the rows of the open sphere. Raises Unsealed if none is open, or several."""
        spheres = open_spheres()
        if spheres is EVERY or len(spheres) != 1:
            raise Unsealed("A prepared read was asked for with no sphere open, or several.")
        return super().__call__(**values, sphere=next(iter(spheres)))


# Stands in the SQL where the open sphere does.
THE_OPEN_ONE: Any = Slot("sphere", models.UUIDField())


class Sealed(models.Model):
    """A row that lives in one sphere and is seen nowhere else."""

    sphere = models.ForeignKey("spheres.Sphere", on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = SealedRows()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, inside its sphere only."""
        self.ensure_inside()
        super().save(*args, **kwargs)

    def insert(self) -> bool:
        """Insert, inside its sphere only; False, and nothing written, where the device's id is taken."""
        self.ensure_inside()
        return insert(self)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, inside its sphere only."""
        self.ensure_inside()
        return super().delete(*args, **kwargs)

    def ensure_inside(self) -> None:
        """Raise Unsealed unless this row's sphere is open."""
        spheres = open_spheres()
        if spheres is not EVERY and self.sphere_id not in spheres:
            raise Unsealed(f"{type(self).__name__} of a sphere that is not open.")


def is_anchored(model: type[models.Model]) -> bool:
    """Whether rows of `model` belong to a sphere, sealed or (memberships) read before one is open."""
    return any(
        isinstance(field, models.ForeignKey) and field.name == "sphere" and not field.null
        for field in model._meta.local_fields
    )


def is_sealed(model: type[models.Model]) -> bool:
    """Whether rows of `model` are seen in their sphere only; also of a model as a migration knows it."""
    return is_anchored(model) and model._meta.label_lower not in READ_FIRST
