"""Which spheres are open in this context: what the managers and, on PostgreSQL, the database itself go by.

Apart from `seal.py`, and without a model: the database backend reads this while the models are still being made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID

if TYPE_CHECKING:
    from spheres.models import Membership, Sphere


class Every(Enum):
    """All spheres there are: a word of its own, that no empty set and no None can be taken for."""

    SPHERE = "*"


EVERY: Final = Every.SPHERE
Spheres: TypeAlias = frozenset[UUID] | Every

_open: ContextVar[Spheres] = ContextVar("spheres.open", default=frozenset())


def open_spheres() -> Spheres:
    """Give the ids of the open spheres, or EVERY."""
    return _open.get()


@contextmanager
def opened(spheres: Spheres) -> Iterator[None]:
    """Open these, for the seal's own modules: everybody else says in one of the ways below why."""
    token = _open.set(spheres)
    try:
        yield
    finally:
        _open.reset(token)


@contextmanager
def inside(sphere: Sphere | UUID) -> Iterator[None]:
    """Open one sphere, and no other."""
    with opened(frozenset({sphere if isinstance(sphere, UUID) else sphere.pk})):
        yield


@contextmanager
def across(memberships: Iterable[Membership]) -> Iterator[None]:
    """Open the spheres of these memberships for reading; a test allow-lists who calls this."""
    with opened(frozenset(membership.sphere_id for membership in memberships)):
        yield


@contextmanager
def across_all_spheres(reason: str) -> Iterator[None]:
    """Open every sphere, to the machinery that copies or remakes tables whole; a test allow-lists who calls this.

    Raises ValueError without a reason: whoever reads the call should learn it.
    """
    if not reason:
        raise ValueError("Say why every sphere is opened.")
    with opened(EVERY):
        yield
