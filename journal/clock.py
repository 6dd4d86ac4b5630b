"""The time of the write path, so that history can be told as of its own date."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("journal.clock", default=None)


def now() -> datetime:
    """Give the present moment, or the one that `at` tells, in UTC."""
    return _told.get() or timezone.now()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let everything written inside happen at `moment` (imports and the demo)."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)
