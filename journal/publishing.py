"""Who is told after a commit: the entries that were recorded, and the people whose reading changed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import models
from django.db.transaction import on_commit

from journal.models import Entry
from journal.work import open_work

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recorded:
    """An entry that was committed, the place its journal belongs to, and the thing as the action left it."""

    entry: Entry
    scope: UUID | None
    thing: models.Model


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
    _later([partial(listen, recorded) for listen in entry_listeners])


def tell_person(user_id: UUID) -> None:
    """Say after the commit that what a person may read, or a session of theirs, changed."""
    _later([partial(listen, user_id) for listen in person_listeners])


def _later(news: list[Callable[[], object]]) -> None:
    if _is_quiet.get():
        return
    work = open_work()
    if work is None:
        on_commit(partial(tell, news))
    else:
        work.news += news


def tell(news: Iterable[Callable[[], object]]) -> None:
    """Tell what was committed. A listener that fails harms neither the commit nor the other listeners."""
    for one in news:
        try:
            one()
        except Exception as error:  # noqa: BLE001  # what is committed stands; devices catch up by the feed
            logger.error("What was committed could not be told to others: %s", type(error).__name__)
