"""A line: one journal in one process, delivered in number order whatever order its entries arrive in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from journal.models import Entry, Journal
from sync.frames import Published, finished
from sync.metrics import DELIVERIES
from sync.straight import Frame, Frames

if TYPE_CHECKING:
    from sync.hub import Hub, Reading

logger = logging.getLogger(__name__)

# How long a missing number is waited for before it is read from the database.
PATIENCE_SECONDS = 0.05
# After a delivery the next ones are gathered for so long: in a burst each socket is written to once for several.
GATHERING_SECONDS = 0.005
# Entries written in one piece: between pieces a reader that stalls is noticed.
MOST_AT_ONCE = 64


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
        self.gathering: asyncio.TimerHandle | None = None
        self.gathers_until = 0.0

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
        if self.gathering is None:
            silence = self.gathers_until - self.hub.loop.time()
            if silence <= 0:
                self._deliver_ready()
            else:
                self.gathering = self.hub.loop.call_later(silence, self._deliver_gathered)

    def close(self) -> None:
        """Stop: nobody reads this line any more."""
        if self.filling is not None:
            self.filling.cancel()
        if self.gathering is not None:
            self.gathering.cancel()

    def _deliver_gathered(self) -> None:
        self.gathering = None
        self._deliver_ready()

    def _deliver_ready(self) -> None:
        if self.delivered is None:
            return
        for n in [n for n in self.held if n <= self.delivered]:
            del self.held[n]
        ready = []
        while self.held and (published := self.held.pop(self.delivered + 1, None)) is not None:
            self.delivered = published.n
            ready.append(published)
        self._deliver(ready)
        if self.held and self.filling is None:
            self.filling = asyncio.create_task(self._fill())

    def _deliver(self, ready: Sequence[Published]) -> None:
        # An entry that ends somebody's reading is delivered after what came before it, and before what follows.
        since_last: list[Published] = []
        for published in ready:
            if published.closes:
                self._push(since_last)
                since_last = []
                for membership in published.closes:
                    self._drop(membership)
            since_last.append(published)
        self._push(since_last)

    def _push(self, several: Sequence[Published]) -> None:
        for start in range(0, len(several), MOST_AT_ONCE):
            DELIVERIES.inc(self._push_together(several[start : start + MOST_AT_ONCE]))
        if several:
            self.gathers_until = self.hub.loop.time() + GATHERING_SECONDS

    def _push_together(self, several: Sequence[Published]) -> int:
        frames = [{language: Frame(text) for language, text in one.frames.items()} for one in several]
        together = {language: Frames([one[language] for one in frames]) for language in frames[0]}
        oldest = min(one.first for one in several)
        written = 0
        for socket in list(self.sockets):
            attendance = socket.attendance
            reader = attendance.readers.get(self.journal)
            if reader is None:
                continue
            if oldest > reader.since:
                socket.push(together[attendance.language])
                written += len(several)
                continue
            for one, of_one in zip(several, frames, strict=True):
                if one.first > reader.since or one.is_standing:
                    socket.push(of_one[attendance.language])
                    written += 1
        return written

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
        found = [self.held.pop(n) for n in sorted(n for n in self.held if n <= last)]
        self._deliver([one for one in found if self.delivered is not None and one.n > self.delivered])
        self.delivered = max(last, self.delivered or 0)


def read_range(journal_id: UUID, first: int, last: int) -> list[Published]:
    """Read the entries numbered `first` to `last`, superseded ones too: they may end somebody's reading."""
    scope = Journal.objects.values_list("scope", flat=True).get(pk=journal_id)
    entries = Entry.objects.filter(journal_id=journal_id, seq__gte=first, seq__lte=last).order_by("seq")
    return [finished(entry, scope) for entry in entries]
