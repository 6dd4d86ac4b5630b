"""A line: one journal in one process, delivered in number order whatever order its entries arrive in."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from uuid import UUID

from journal.models import Entry, Journal
from sync.frames import Published, finished
from sync.straight import Frame

if TYPE_CHECKING:
    from sync.hub import Hub, Reading

logger = logging.getLogger(__name__)

# How long a missing number is waited for before it is read from the database.
PATIENCE_SECONDS = 0.05


class Line:
    """Delivers the entries of a journal to its sockets; holds back what arrives before its turn."""

    def __init__(self, journal: UUID, hub: Hub) -> None:
        self.journal = journal
        self.hub = hub
        self.sockets: set[Reading] = set()
        # The number delivered last; None until a head is known.
        self.delivered: int | None = None
        self.held: dict[int, Published] = {}
        self.filling: asyncio.Task[None] | None = None

    def start(self, head: int) -> None:
        """Begin after `head`: whoever registered before it was read gets what came until then by the feed."""
        if self.delivered is None:
            self.delivered = head
            self._deliver_ready()

    def receive(self, published: Published) -> None:
        """Deliver an entry in its turn."""
        if self.delivered is not None and published.n <= self.delivered:
            return
        self.held[published.n] = published
        self._deliver_ready()

    def close(self) -> None:
        """Stop: nobody reads this line any more."""
        if self.filling is not None:
            self.filling.cancel()

    def _deliver_ready(self) -> None:
        if self.delivered is None:
            return
        for n in [n for n in self.held if n <= self.delivered]:
            del self.held[n]
        while self.held and (published := self.held.pop(self.delivered + 1, None)) is not None:
            self._deliver(published)
        if self.held and self.filling is None:
            self.filling = asyncio.create_task(self._fill())

    def _deliver(self, published: Published) -> None:
        self.delivered = published.n
        for membership in published.closes:
            self._drop(membership)
        frames = {language: Frame(text) for language, text in published.frames.items()}
        first = published.first
        for socket in list(self.sockets):
            attendance = socket.attendance
            reader = attendance.readers.get(self.journal)
            if reader is not None and (first > reader.since or published.is_standing):
                socket.push(frames[attendance.language])

    def _drop(self, membership: UUID) -> None:
        # Before the entry that ends it is delivered, and before anything numbered after it.
        for socket in list(self.sockets):
            reader = socket.attendance.readers.get(self.journal)
            if reader is not None and reader.membership_id == membership:
                socket.lose(self.journal)
                self.sockets.discard(socket)

    async def _fill(self) -> None:
        await asyncio.sleep(PATIENCE_SECONDS)
        try:
            await self._read_missing()
        except Exception as error:  # noqa: BLE001  # whatever it is, the sockets' feeds can do without this line
            logger.error("A line could not be filled: %s", type(error).__name__)
            self._give_up()
        finally:
            self.filling = None
        self._deliver_ready()

    async def _read_missing(self) -> None:
        if not self.held or self.delivered is None:
            return
        first, last = self.delivered + 1, max(self.held)
        for published in await self.hub.ask(lambda: read_range(self.journal, first, last)):
            self.held.setdefault(published.n, published)
        # Numbers are contiguous and committed in order: what is still missing will never be.
        self._skip_to_held(last)

    def _give_up(self) -> None:
        # Nothing of what is held is shown: it might come after a removal that nobody could read. The sockets
        # find out what they may hear, and their feeds bring the rest.
        self.delivered = max(self.held, default=self.delivered or 0)
        self.held.clear()
        for socket in list(self.sockets):
            socket.recheck()

    def _skip_to_held(self, last: int) -> None:
        for n in sorted(n for n in self.held if n <= last):
            if self.delivered is not None and n > self.delivered:
                self._deliver(self.held.pop(n))


def read_range(journal_id: UUID, first: int, last: int) -> list[Published]:
    """Read the entries numbered `first` to `last`, superseded ones too: they may end somebody's reading."""
    scope = Journal.objects.values_list("scope", flat=True).get(pk=journal_id)
    entries = Entry.objects.filter(journal_id=journal_id, seq__gte=first, seq__lte=last).order_by("seq")
    return [finished(entry, scope) for entry in entries]
