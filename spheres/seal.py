"""The seal: no sealed row is read or written unless its sphere is open.

`inside(sphere)` opens one for whatever follows; `across(memberships)` opens several for readers. Nothing open:
every query of a sealed model raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models

if TYPE_CHECKING:
    from spheres.models import Membership, Sphere

_open: ContextVar[frozenset[UUID]] = ContextVar("spheres.open", default=frozenset())


class Unsealed(Exception):
    """A sealed model was touched outside its sphere: a mistake of ours, never of a person."""


def open_spheres() -> frozenset[UUID]:
    """Give the ids of the open spheres."""
    return _open.get()


@contextmanager
def inside(sphere: Sphere | UUID) -> Iterator[None]:
    """Open one sphere, and no other."""
    token = _open.set(frozenset({sphere if isinstance(sphere, UUID) else sphere.pk}))
    try:
        yield
    finally:
        _open.reset(token)


@contextmanager
def across(memberships: Iterable[Membership]) -> Iterator[None]:
    """Open the spheres of these memberships for reading; a test allow-lists who calls this."""
    token = _open.set(frozenset(membership.sphere_id for membership in memberships))
    try:
        yield
    finally:
        _open.reset(token)


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


class SealedRows(models.Manager.from_queryset(SealedQuerySet)):  # type: ignore[misc]  # made at run time
    """Filters every query by the open spheres, and raises where none is open."""

    def get_queryset(self) -> SealedQuerySet[Any]:
        """Give the rows of the open spheres. Raises Unsealed if none is open."""
        spheres = open_spheres()
        if not spheres:
            raise Unsealed(f"{self.model.__name__} was asked for with no sphere open.")
        rows: SealedQuerySet[Any] = super().get_queryset()
        if len(spheres) == 1:
            return rows.filter(sphere_id=next(iter(spheres)))
        return rows.filter(sphere_id__in=spheres)


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

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, inside its sphere only."""
        self.ensure_inside()
        return super().delete(*args, **kwargs)

    def ensure_inside(self) -> None:
        """Raise Unsealed unless this row's sphere is open."""
        if self.sphere_id not in open_spheres():
            raise Unsealed(f"{type(self).__name__} of a sphere that is not open.")


def is_anchored(model: type[models.Model]) -> bool:
    """Whether rows of `model` belong to a sphere, sealed or (memberships) read before one is open."""
    return any(
        isinstance(field, models.ForeignKey) and field.name == "sphere" and not field.null
        for field in model._meta.local_fields
    )
