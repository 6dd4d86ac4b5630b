"""The hub: one per process. Entries go to the sockets that read their journal, in number order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

from django.db import close_old_connections

from sync.lines import Line

if TYPE_CHECKING:
    from sync.attendance import Attendance
    from sync.frames import Published
    from sync.straight import Frame, Frames

T = TypeVar("T")

CHECKS_AT_ONCE = 8
# Tabs and devices that one person may have open in this process.
SOCKETS_PER_PERSON = 40


class Reading(Protocol):
    """A socket as the hub knows it."""

    attendance: Attendance

    @property
    def user_id(self) -> UUID:
        """Whose it is."""
        ...

    def push(self, frame: Frame | Frames) -> None:
        """Send without waiting."""
        ...

    def lose(self, journal: UUID) -> None:
        """Hear no more of a journal."""
        ...

    def recheck(self) -> None:
        """Find out anew what may be read, because it changed."""
        ...

    def give_way(self) -> None:
        """Close for a newer one of the same person."""
        ...


class Hub:
    """The lines of this process and their sockets; lives on the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lines: dict[UUID, Line] = {}
        # The sockets of each person, the oldest first.
        self.people: dict[UUID, dict[Reading, None]] = {}
        self.pool = ThreadPoolExecutor(CHECKS_AT_ONCE, thread_name_prefix="hub")
        # Whether other processes are heard now.
        self.is_linked = False
        self.listening: asyncio.Task[None] | None = None

    async def ask(self, question: Callable[[], T]) -> T:
        """Run a read of the database in a thread of the hub's own."""

        def run() -> T:
            close_old_connections()
            return question()

        return await self.loop.run_in_executor(self.pool, run)

    def join(self, socket: Reading, journals: Iterable[UUID]) -> None:
        """Register a socket; from now on it misses nothing, and gets nothing before it is admitted.

        One too many of the same person costs the oldest.
        """
        mates = self.people.setdefault(socket.user_id, {})
        mates[socket] = None
        for journal in journals:
            line = self.lines.get(journal)
            if line is None:
                line = self.lines[journal] = Line(journal, self)
            line.sockets.add(socket)
        if len(mates) > SOCKETS_PER_PERSON:
            next(iter(mates)).give_way()

    def leave(self, socket: Reading, journals: Iterable[UUID]) -> None:
        """Take a socket out of these journals; lines that nobody reads are dropped."""
        for journal in journals:
            line = self.lines.get(journal)
            if line is None:
                continue
            line.sockets.discard(socket)
            if not line.sockets:
                line.close()
                del self.lines[journal]

    def forget(self, socket: Reading) -> None:
        """Take a closed socket out of everything."""
        self.leave(socket, list(socket.attendance.readers))
        mates = self.people.get(socket.user_id)
        if mates is not None:
            mates.pop(socket, None)
            if not mates:
                del self.people[socket.user_id]

    def know_head(self, journal: UUID, head: int) -> None:
        """Learn up to which number the sockets of a journal are served by their feeds."""
        line = self.lines.get(journal)
        if line is not None:
            line.start(head)

    def receive(self, published: Published) -> None:
        """Take an entry, from wherever it comes and in whatever order."""
        line = self.lines.get(published.journal)
        if line is not None:
            line.receive(published)

    def person_changed(self, user_id: UUID) -> None:
        """Let a person's sockets find out what changed for them."""
        for socket in list(self.people.get(user_id, ())):
            socket.recheck()

    def recheck_everybody(self) -> None:
        """After a break between processes anything may have been missed."""
        for user_id in list(self.people):
            self.person_changed(user_id)


_hub: Hub | None = None


def current() -> Hub | None:
    """Give this process's hub, if a socket ever came."""
    return _hub


def begin(loop: asyncio.AbstractEventLoop) -> Hub:
    """Make this process's hub."""
    global _hub  # noqa: PLW0603  # one per process is what it is
    _hub = Hub(loop)
    return _hub


def hand_over(published: Published) -> None:
    """Give an entry committed in a thread of this process to its sockets."""
    _from_thread(lambda hub: hub.receive(published))


def person_changed_from_thread(user_id: UUID) -> None:
    """Tell this process's sockets of a person that something changed for them."""
    _from_thread(lambda hub: hub.person_changed(user_id))


def _from_thread(told: Callable[[Hub], None]) -> None:
    if _hub is not None and not _hub.loop.is_closed():
        _hub.loop.call_soon_threadsafe(told, _hub)
