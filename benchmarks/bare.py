"""A bare uvloop websocket broadcast: no database, no rights, no back-pressure: what the client can take."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import struct
import threading
from typing import Any

import uvloop

from benchmarks.server import obey

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


def framed(payload: bytes) -> bytes:
    """Write one unmasked text frame (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x81, size)
    elif size < 65_536:
        head = struct.pack("!BBH", 0x81, 126, size)
    else:
        head = struct.pack("!BBQ", 0x81, 127, size)
    return head + payload


class Bare(asyncio.Protocol):
    """One socket: shakes hands, answers the first frame, is written to."""

    members: set[asyncio.Transport] = set()
    greeted = False

    def connection_made(self, transport: Any) -> None:
        """Keep the way out."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Shake hands, then greet."""
        if data.startswith(b"GET"):
            key = data.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
            accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
            self.transport.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            self.members.add(self.transport)
        elif not self.greeted:
            self.greeted = True
            self.transport.write(framed(b'{"t":"ready"}'))

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self.members.discard(self.transport)


def broadcast(payload: bytes) -> None:
    """Write one frame to every socket."""
    frame = framed(payload)
    for transport in Bare.members:
        transport.write(frame)


def main(descriptor: int) -> None:
    """Serve on a listening socket, and follow the lines of standard input."""
    loop = uvloop.new_event_loop()
    listening = socket.socket(fileno=descriptor)
    loop.run_until_complete(loop.create_server(Bare, sock=listening))

    def say(size: int) -> None:
        loop.call_soon_threadsafe(broadcast, b"x" * size)

    threading.Thread(target=obey, args=[say], daemon=True).start()
    loop.run_forever()
