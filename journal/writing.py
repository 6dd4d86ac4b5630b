"""The one transaction of the write path, and the decorator that makes a function a verb."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from django.db import OperationalError, connection
from django.db.transaction import atomic, on_commit

from journal import commands, receipts
from journal.errors import Refused
from journal.models import Receipt
from journal.publishing import tell
from journal.work import Work, open_work, working

SQLITE_BUSY = 5
TRANSIENT_SQLSTATES = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected

P = ParamSpec("P")
T = TypeVar("T")


class Actor(Protocol):
    """Who acts: re-read under the lock, so that a removal which committed first wins."""

    def reread(self) -> Any:
        """Give the actor as it is now; raises Http404 if it may no longer act at all."""
        ...


A = TypeVar("A", bound=Actor)


class FirstComeLock:
    """A lock given in the order in which it was asked for; SQLite's own busy handler starves (seconds)."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_first_come = FirstComeLock()


def writing(body: Callable[[], T]) -> T:
    """Run `body` in the one write transaction, once more on a busy database or a deadlock.

    Inside another writing() it is a part of that one.
    """
    if open_work() is not None:
        return body()
    try:
        result, work = _attempt(body)
    except OperationalError as error:
        if _is_nested() or not _is_transient(error):
            raise
        result, work = _attempt(body)
    # After the commit and outside the lock: rendering and a slow Valkey hold up nobody's write, and their
    # failure is not taken for the transaction's.
    on_commit(partial(tell, work.news))
    return result


def _attempt(body: Callable[[], T]) -> tuple[T, Work]:
    work = Work()
    with ExitStack() as stack:
        if connection.vendor == "sqlite":
            stack.enter_context(_first_come)
        stack.enter_context(atomic())
        stack.enter_context(working(work))
        return body(), work


def _forget_news() -> None:
    work = open_work()
    if work is not None:
        work.news.clear()


def _is_nested() -> bool:
    # Inside somebody else's transaction (a test's) there is nothing to begin again.
    return connection.in_atomic_block


def _is_transient(error: OperationalError) -> bool:
    cause = error.__cause__
    if getattr(cause, "sqlite_errorcode", None) == SQLITE_BUSY:
        return True
    return getattr(cause, "sqlstate", None) in TRANSIENT_SQLSTATES


def action(verb: Callable[Concatenate[A, P], T]) -> Callable[Concatenate[A, P], T]:
    """Make `verb` the only kind of function that writes: one transaction, one receipt.

    The outermost action takes the open command. Refused is stored as the command's outcome and raised
    after the commit; every other error leaves nothing, not even a receipt.
    Raises receipts.AlreadyAnswered if the command was answered meanwhile.
    """

    @wraps(verb)
    def run(actor: A, *args: P.args, **kwargs: P.kwargs) -> T:
        if open_work() is not None:
            return verb(actor, *args, **kwargs)
        command = commands.take()
        if command is None:
            return writing(lambda: verb(actor.reread(), *args, **kwargs))
        receipt, result, refusal = writing(lambda: _judge(command, lambda: verb(actor.reread(), *args, **kwargs)))
        command.receipt = receipt
        if refusal is not None:
            raise refusal
        return result  # type: ignore[return-value]  # there is a result where there is no refusal

    result: Any = run
    return result  # type: ignore[no-any-return]  # wraps() hides that run is called as verb is


def _judge(command: commands.Command, verb: Callable[[], T]) -> tuple[Receipt, T | None, Refused | None]:
    receipt = receipts.claim(command)
    try:
        with atomic():  # a refusal undoes half a write and keeps its receipt
            result = verb()
    except Refused as refusal:
        _forget_news()
        receipts.refuse(receipt, refusal.sentence)
        return receipt, None, refusal
    work = open_work()
    command.last = work.last if work else None
    receipts.accept(receipt, command.last)
    return receipt, result, None
