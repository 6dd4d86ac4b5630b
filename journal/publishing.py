"""Who is told after a commit: the entries that were recorded, and the people whose reading changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db.transaction import on_commit

from journal.models import Entry


@dataclass(frozen=True)
class Recorded:
    """An entry that was committed, and the place its journal belongs to."""

    entry: Entry
    scope: UUID | None


Listener = Callable[[Recorded], None]
PersonListener = Callable[[UUID], None]

entry_listeners: list[Listener] = []
person_listeners: list[PersonListener] = []
_is_quiet: ContextVar[bool] = ContextVar("journal.quiet", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Tell nobody: for bulk loads into a site that nobody is using yet."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


def publish(recorded: Recorded) -> None:
    """Tell the listeners of `recorded` once it is committed."""
    if entry_listeners and not _is_quiet.get():
        on_commit(lambda: [listen(recorded) for listen in entry_listeners])


def tell_person(user_id: UUID) -> None:
    """Say after the commit that what a person may read, or a session of theirs, changed."""
    if person_listeners and not _is_quiet.get():
        on_commit(lambda: [listen(user_id) for listen in person_listeners])
