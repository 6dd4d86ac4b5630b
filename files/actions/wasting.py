"""Bytes that no row names: written down before they are stored and when they are let go, and erased by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from files import storing
from files.models import Waste
from files.querysets import WASTE_LASTS
from journal import clock
from journal.writing import writing


def begin(folder: str, sphere_id: UUID) -> str:
    """Give a name for bytes that are about to be stored: unless something claims them, they are erased."""
    name = storing.new_name(folder, sphere_id)
    writing(partial(waste, [name]))
    return name


def waste(names: Iterable[str]) -> None:
    """Let go of bytes; a part of an action. They stay until no backup that began before can still ask for them."""
    due_at = clock.now() + WASTE_LASTS
    Waste.objects.bulk_create([Waste(stored=name, due_at=due_at) for name in names], ignore_conflicts=True)


def claim(*names: str) -> None:
    """Say that a row names these bytes; a part of the action that writes it."""
    Waste.objects.filter(stored__in=names).delete()


def erase_waste(limit: int) -> int:
    """Erase at most `limit` of what is due and give how many went; what cannot be erased now waits."""
    erased = 0
    for one in Waste.objects.due()[:limit]:
        try:
            storing.erase(one.stored)
        except storing.Away:
            one.due_at = clock.now() + WASTE_LASTS
            writing(partial(one.save, update_fields=["due_at"]))
            continue
        writing(one.delete)
        erased += 1
    return erased
