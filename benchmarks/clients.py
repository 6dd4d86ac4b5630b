"""Many websockets in one process, as cheaply as Python can: the client must not be what is measured."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from benchmarks.site import Served, Site

PATIENCE_SECONDS = 40
TEXT, CLOSE, PING = 1, 8, 9
LISTENED_TO = 50  # every so many sockets one is read word by word
NUMBER = re.compile(rb'"body":"(\d+)')


class Void(Exception):
    """A frame was lost, doubled or out of order: the run says nothing."""


def masked(text: str) -> bytes:
    """Write a client's text frame; masked by zeros, which changes nothing (RFC 6455, section 5.3)."""
    payload = text.encode()
    if len(payload) < 126:
        return bytes([0x81, 0x80 | len(payload)]) + b"\0\0\0\0" + payload
    return bytes([0x81, 0x80 | 126]) + len(payload).to_bytes(2, "big") + b"\0\0\0\0" + payload


@dataclass
class Room:
    """N sockets; counts for each message how many of them have it."""

    site: Site
    sockets: list[Ear] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)
    complete: list[float] = field(default_factory=list)
    on_complete: Callable[[], None] = lambda: None

    def heard(self, number: int) -> None:
        """Count the arrival of a message at one socket."""
        while len(self.arrived) <= number:
            self.arrived.append(0)
        self.arrived[number] += 1
        if self.arrived[number] == len(self.sockets):
            self.complete.append(time.monotonic())
            self.on_complete()

    async def fill(self, count: int, at_once: int = 50) -> None:
        """Open `count` sockets and greet, `at_once` at a time; return when each is ready."""
        gate = asyncio.Semaphore(at_once)

        async def one(number: int) -> None:
            async with gate:
                self.sockets.append(await opened(self, number))

        await asyncio.gather(*(one(number) for number in range(count)))

    def close(self) -> None:
        """Hang up."""
        for ear in self.sockets:
            ear.transport.abort()
        self.sockets = []

    async def flood(self, served: Served, messages: int, size: int, window: int = 20) -> float:
        """Send as fast as everybody gets it, at most `window` under way; give the seconds from first to last."""
        start, self.complete, self.arrived = time.monotonic(), [], []
        self._forget()
        done = asyncio.Event()
        left = messages

        def go_on() -> None:
            nonlocal left
            if left:
                left -= 1
                served.say(size)
            elif len(self.complete) == messages:
                done.set()

        self.on_complete = go_on
        for _ in range(min(window, messages)):
            go_on()
        await self._until(done, messages)
        return self.complete[-1] - start

    async def pace(self, served: Served, messages: int, size: int, per_second: float) -> list[float]:
        """Send at a steady rate; give for each message the seconds from sending it to its last arrival."""
        self.complete, self.arrived, sent = [], [], []
        self._forget()
        done = asyncio.Event()
        self.on_complete = lambda: done.set() if len(self.complete) == messages else None
        for number in range(messages):
            sent.append(time.monotonic())
            served.say(size)
            if number < messages - 1:
                await asyncio.sleep(max(0.0, sent[0] + (number + 1) / per_second - time.monotonic()))
        await self._until(done, messages)
        return [arrival - start for start, arrival in zip(sent, self.complete, strict=True)]

    def _forget(self) -> None:
        for ear in self.sockets:
            ear.count, ear.numbers = 0, []

    async def _until(self, done: asyncio.Event, messages: int) -> None:
        try:
            await asyncio.wait_for(done.wait(), PATIENCE_SECONDS)
        except TimeoutError:
            raise Void(f"{messages - len(self.complete)} of {messages} messages did not reach everybody") from None
        for ear in self.sockets:
            if ear.count != messages or ear.numbers != sorted(set(ear.numbers)):
                raise Void(f"a socket got {ear.count} of {messages} frames, or not in order")


class Ear(asyncio.Protocol):
    """One socket."""

    def __init__(self, room: Room, number: int) -> None:
        self.room = room
        self.is_listened_to = number % LISTENED_TO == 0
        self.rest = b""
        self.count = 0
        self.largest = 0
        self.numbers: list[int] = []
        self.is_ready = False
        self.is_lost = False
        loop = asyncio.get_running_loop()
        self.shaken: asyncio.Future[None] = loop.create_future()
        self.ready: asyncio.Future[bytes] = loop.create_future()

    def connection_made(self, transport: Any) -> None:
        """Keep the connection."""
        self.transport = transport

    @property
    def pull(self) -> list[str]:
        """Give the journals that the greeting told the device to ask the feed for."""
        pull: list[str] = json.loads(self.ready.result())["pull"]
        return pull

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody waits for a socket that is gone."""
        self.is_lost = True
        for waiting in (self.shaken, self.ready):
            if not waiting.done():
                waiting.set_exception(Void("the server hung up"))

    def data_received(self, data: bytes) -> None:
        """Take the frames apart."""
        if self.rest:
            data = self.rest + data
        if not self.shaken.done():
            head, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self.rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.shaken.set_exception(Void(head.split(b"\r\n")[0].decode()))
                return
            self.shaken.set_result(None)
        position, end = 0, len(data)
        while end - position >= 2:
            size, head_size = data[position + 1], 2
            if size >= 126:
                head_size = 4 if size == 126 else 10
                size = int.from_bytes(data[position + 2 : position + head_size], "big")
            after = position + head_size + size
            if after > end:
                break
            self.frame(data[position] & 15, data, position + head_size, after)
            position = after
        self.rest = data[position:]

    def frame(self, opcode: int, data: bytes, start: int, end: int) -> None:
        """Count a message."""
        if opcode == TEXT and self.is_ready:
            number = self.count
            self.count += 1
            if self.is_listened_to:
                self.largest = end - start
                found = NUMBER.search(data, start, end)
                self.numbers.append(int(found[1]) if found else number)
            self.room.heard(number)
        elif opcode == TEXT:
            self.is_ready = True
            self.ready.set_result(data[start:end])
        elif opcode == PING:
            payload = data[start:end]  # at most 125 bytes
            self.transport.write(bytes([0x8A, 0x80 | len(payload)]) + b"\0\0\0\0" + payload)


async def opened(room: Room, number: int, *, receives: int = 0, cursors: Mapping[str, Any] | None = None) -> Ear:
    """Open a socket and greet, with the device's cursors or as many that are nobody's.

    `receives` is the size of its receive buffer in bytes, if a small one is wanted.
    """
    site = room.site
    person = site.prepared["people"][number % len(site.prepared["people"])]
    line = socket.socket()
    if receives:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, ("127.0.0.1", site.port))
    _, ear = await loop.create_connection(lambda: Ear(room, number), sock=line)
    ear.transport.write(
        f"GET /socket/ HTTP/1.1\r\nHost: localhost:{site.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Origin: {site.url}\r\nCookie: sessionid={person['session']}\r\n\r\n".encode()
    )
    await asyncio.wait_for(ear.shaken, PATIENCE_SECONDS)
    hello = {
        "t": "hello",
        "identity": person["identity"],
        "rows_version": site.prepared["rows_version"],
        "cursors": cursors or {str(uuid4()): [str(uuid4()), 1] for _ in range(site.journals)},
    }
    ear.transport.write(masked(json.dumps(hello)))
    await asyncio.wait_for(ear.ready, PATIENCE_SECONDS)
    return ear
