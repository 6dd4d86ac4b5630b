"""What the open write transaction has recorded so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from journal.models import Entry


@dataclass
class Work:
    """One open write transaction: the entry recorded last, and what is told to others once it is committed."""

    last: Entry | None = None
    news: list[Callable[[], object]] = field(default_factory=list)


_open: ContextVar[Work | None] = ContextVar("journal.work", default=None)


def open_work() -> Work | None:
    """Give the open write transaction of this context, if any."""
    return _open.get()


@contextmanager
def working(work: Work) -> Iterator[None]:
    """Make `work` the open one."""
    token = _open.set(work)
    try:
        yield
    finally:
        _open.reset(token)
