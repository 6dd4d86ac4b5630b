"""Sending to one socket without ever waiting for its reader."""

from __future__ import annotations

import asyncio
import types
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from sync.metrics import CUT
from sync.straight import Frame, Frames, straight_to

Message = dict[str, Any]
Send = Callable[[Message], Coroutine[Any, Any, None]]

LONGEST_BACKLOG = 256
# What a server raises when the reader went away a moment ago: no reason to fail the others.
GONE = (OSError, RuntimeError)


class Outlet:
    """One socket's way out: stepped by hand while the reader keeps up, then a backlog, then the door.

    uvicorn's send suspends only when the transport is full, so a fast reader costs neither task nor queue.
    """

    def __init__(self, send: Send, cut: Callable[[], None]) -> None:
        self._send = send
        self._cut = cut
        self._write: Callable[[bytes], bool] | None = None
        self._backlog: deque[Frame] | None = None
        self._draining: asyncio.Task[None] | None = None
        self.is_closed = False

    def open(self) -> None:
        """Go straight to the transport from now on, where the server lets us: the socket was accepted."""
        self._write = straight_to(self._send)

    def push(self, frame: Frame | Frames) -> None:
        """Send `frame` now or after what waits; a reader 256 behind is cut and comes back by the feed."""
        if self._write is not None and self._backlog is None and not self.is_closed and self._write(frame.raw):
            return
        for single in frame.singly:
            self._send_or_keep(single)

    def _send_or_keep(self, frame: Frame) -> None:
        if self.is_closed:
            return
        if self._backlog is not None:
            if len(self._backlog) >= LONGEST_BACKLOG:
                CUT.inc()
                self.close()
                self._cut()
            else:
                self._backlog.append(frame)
            return
        sending = self._send(frame.message)
        try:
            waiting = sending.send(None)
        except StopIteration:
            return
        except GONE:
            self.close()
            return
        self._backlog = deque()
        self._draining = asyncio.get_running_loop().create_task(self._drain(sending, waiting))

    def close(self) -> None:
        """Send nothing more; what waits is dropped."""
        self.is_closed = True
        if self._draining is not None:
            self._draining.cancel()

    def end(self, code: int) -> None:
        """Close the socket with `code`, without waiting; a reader who is behind is cut without a word."""
        self.close()
        closing = self._send({"type": "websocket.close", "code": code})
        try:
            closing.send(None)
        except (StopIteration, *GONE):
            return
        closing.close()
        self._cut()

    async def _drain(self, sending: Coroutine[Any, Any, None], waiting: Any) -> None:
        try:
            await _resumed(sending, waiting)
            while self._backlog:
                await self._send(self._backlog.popleft().message)
        except GONE:
            self.is_closed = True
        self._backlog = None


@types.coroutine
def _go_on(coroutine: Coroutine[Any, Any, None], waiting: Any) -> Generator[Any, Any, None]:
    # What the half-run coroutine waits on is given to the event loop, and its outcome back to the coroutine.
    while True:
        thrown: BaseException | None = None
        sent: Any = None
        try:
            sent = yield waiting
        except BaseException as error:  # noqa: BLE001  # handed on as it is, cancellation included
            thrown = error
        try:
            waiting = coroutine.send(sent) if thrown is None else coroutine.throw(thrown)
        except StopIteration:
            return


def _resumed(coroutine: Coroutine[Any, Any, None], waiting: Any) -> Awaitable[None]:
    return _go_on(coroutine, waiting)
