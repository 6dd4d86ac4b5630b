"""The one websocket: a device says who it is and what it has, then hears what changes."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings
from django.http.cookie import parse_cookie

from sync.attendance import NOBODY, Attendance, attend
from sync.channel import running_hub
from sync.metrics import OUTBOX_SECONDS, SOCKETS
from sync.pushing import Outlet
from sync.snapshots import LARGEST_NUMBER
from sync.straight import Frame, Frames

LARGEST_FRAME = 64 * 1024
GREETING_SECONDS = 10
MALFORMED, SIGNED_OUT, OTHER_IDENTITY, TOO_MANY = 4400, 4401, 4412, 4429

Cursors = dict[UUID, tuple[UUID, int]]


class Malformed(ValueError):
    """A frame that the device would never send."""


class Socket(AsyncConsumer):
    """One tab's socket."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the tab until it goes, or until it is cut for not reading."""
        self.hub = running_hub()
        self.attendance: Attendance = NOBODY
        self.cursors: Cursors = {}
        # Frames held back while it is read what this socket may hear; None: nothing is held back.
        self.waiting: list[Frame | Frames] | None = None
        self.is_outdated = False
        self.lost: set[UUID] = set()
        self.outlet = Outlet(send, self._cut)
        self.task = asyncio.current_task()
        self.was_cut = False
        self.silence = asyncio.get_running_loop().call_later(GREETING_SECONDS, self._cut)
        try:
            await super().__call__(scope, receive, send)  # type: ignore[no-untyped-call]  # Channels is untyped
        except asyncio.CancelledError:
            if not self.was_cut:
                raise
        finally:
            self.silence.cancel()
            self._forget()

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        """Accept; the site's door has looked at the Origin (RFC 6455, section 10.2)."""
        headers = dict(self.scope["headers"])
        self.session_key = _session_key(headers.get(b"cookie", b"").decode("latin1"))
        await self.base_send({"type": "websocket.accept"})
        self.outlet.open()

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Take a hello or a ping; anything else closes this socket only."""
        try:
            said = _parsed(message)
            if said["t"] == "ping" and self.is_greeted:
                if "oldest" in said:
                    OUTBOX_SECONDS.observe(_age(said["oldest"]))
                self._say({"t": "pong"})
            elif said["t"] == "hello" and not self.is_greeted:
                # It has spoken: if many come at once, it is we who are slow, and hanging up would bring it back.
                self.silence.cancel()
                self.cursors = _cursors(said["cursors"])
                await self._greet(str(said["identity"]), str(said["rows_version"]))
            else:
                raise Malformed
        except (Malformed, KeyError, TypeError, ValueError, AttributeError, RecursionError):
            await self._close(MALFORMED)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """Forget the tab."""
        self._forget()
        raise StopConsumer

    @property
    def is_greeted(self) -> bool:
        """Whether somebody said hello and has not gone."""
        return self.attendance is not NOBODY

    # What the hub asks of a socket.

    @property
    def user_id(self) -> UUID:
        """Whose it is."""
        return self.attendance.user_id

    def push(self, frame: Frame | Frames) -> None:
        """Send a finished frame, after the greeting."""
        if self.waiting is not None:
            self.waiting.append(frame)
        else:
            self.outlet.push(frame)

    def lose(self, journal: UUID) -> None:
        """Hear no more of a journal: the entry that ends its reading is being delivered."""
        self.attendance.readers.pop(journal, None)
        self.lost.add(journal)

    def recheck(self) -> None:
        """Find out anew what may be read."""
        self.checking = asyncio.get_running_loop().create_task(self._recheck())

    def give_way(self) -> None:
        """Close for a newer one of the same person."""
        self._forget()
        self.outlet.end(TOO_MANY)

    # The greeting.

    async def _greet(self, identity: str, rows_version: str) -> None:
        found = await self.hub.ask(lambda: attend(self.session_key))
        if self.outlet.is_closed:
            return
        if found is None:
            await self._close(SIGNED_OUT)
            return
        if found.identity != identity:
            await self._close(OTHER_IDENTITY)
            return
        await self._admit(found)
        if not self.is_greeted:
            return
        now = self.attendance
        same_rows = rows_version == now.rows_version
        pull = now.behind(self.cursors) if same_rows else list(now.readers)
        self._release(
            {
                "t": "ready",
                "identity": now.identity,
                "app": settings.APP_VERSION,
                "rows_version": now.rows_version,
                "pull": [str(journal) for journal in pull],
            }
        )

    async def _admit(self, found: Attendance) -> None:
        # Register, then check: a revocation between the two is seen by the second reading. One that is
        # delivered while that reading is on its way back is in `lost`.
        self.waiting, self.lost = [], set()
        if not self.is_greeted:
            SOCKETS.inc()
        self.attendance = found
        self.hub.join(self, list(found.readers))
        checked = await self.hub.ask(lambda: attend(self.session_key))
        if self.outlet.is_closed:
            return
        if checked is None:
            await self._close(SIGNED_OUT)
            return
        self.hub.leave(self, [journal for journal in found.readers if journal not in checked.readers])
        for journal in self.lost:
            checked.readers.pop(journal, None)
        self.attendance = checked
        self.hub.join(self, list(checked.readers))
        for journal, (_epoch, head) in checked.heads.items():
            self.hub.know_head(journal, head)

    def _release(self, first: dict[str, Any]) -> None:
        waiting, self.waiting = self.waiting or [], None
        # Needed no more, and half of what an idle tab weighs.
        self.cursors, self.attendance.heads = {}, {}
        self._say(first)
        for held in waiting:
            self.push(held)
        if self.is_outdated:
            self.is_outdated = False
            self.recheck()

    async def _recheck(self) -> None:
        if not self.is_greeted:
            return
        if self.waiting is not None:
            # A reading is under way and may have been too early: once more after it.
            self.is_outdated = True
            return
        try:
            await self._admit(self.attendance)
        except Exception:
            # Better gone than mute: the device comes back and asks anew.
            self._cut()
            raise
        if not self.outlet.is_closed:
            self._release({"t": "journals"})

    # The end.

    def _say(self, said: dict[str, Any]) -> None:
        self.outlet.push(Frame(json.dumps(said, separators=(",", ":"))))

    async def _close(self, code: int) -> None:
        self._forget()
        await self.base_send({"type": "websocket.close", "code": code})

    def _cut(self) -> None:
        # A close frame would wait behind the full buffer: ending the application drops the connection.
        self._forget()
        self.was_cut = True
        if self.task is not None:
            self.task.cancel()

    def _forget(self) -> None:
        self.outlet.close()
        if self.is_greeted:
            self.hub.forget(self)
            self.attendance = NOBODY
            SOCKETS.dec()


def _parsed(message: dict[str, Any]) -> dict[str, Any]:
    text = message.get("text")
    if not isinstance(text, str) or len(text) > LARGEST_FRAME:
        raise Malformed
    said = json.loads(text)
    if not isinstance(said, dict):
        raise Malformed
    return said


def _cursors(said: Any) -> Cursors:
    cursors: Cursors = {}
    for journal, (epoch, seq) in said.items():
        if not isinstance(seq, int) or abs(seq) > LARGEST_NUMBER:
            raise Malformed
        cursors[UUID(journal)] = (UUID(epoch), seq)
    return cursors


def _session_key(header: str) -> str:
    # As Django reads it: another application's odd cookie on the same host shuts nobody out.
    return parse_cookie(header).get(settings.SESSION_COOKIE_NAME, "")


def _age(said: Any) -> float:
    # Seconds, as a device counts them: its clock may have been set back.
    if not isinstance(said, int | float) or isinstance(said, bool) or not abs(said) <= LARGEST_NUMBER:
        raise Malformed
    return max(0.0, float(said))
