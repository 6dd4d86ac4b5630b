"""Finished frames: written once for all sockets, and straight to the transport where the server is uvicorn.

ASGI knows messages, not frames: every send would write the same frame anew, which is most of what a delivery costs.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

TEXT = 0x81  # the last and only frame of a text (RFC 6455, section 5.2)


class Frame:
    """One text for any number of sockets: as an ASGI message, and as the bytes of its frame."""

    __slots__ = ("message", "raw")

    def __init__(self, text: str) -> None:
        self.message: dict[str, Any] = {"type": "websocket.send", "text": text}
        payload = text.encode()
        self.raw = _head(len(payload)) + payload

    @property
    def singly(self) -> Sequence[Frame]:
        """Give the frames that it is made of."""
        return (self,)


class Frames:
    """Several frames for the same sockets, written at once."""

    __slots__ = ("raw", "singly")

    def __init__(self, singly: Sequence[Frame]) -> None:
        self.singly = singly
        self.raw = b"".join(frame.raw for frame in singly)


def _head(size: int) -> bytes:
    if size < 126:
        return struct.pack("!BB", TEXT, size)
    if size < 1 << 16:
        return struct.pack("!BBH", TEXT, 126, size)
    return struct.pack("!BBQ", TEXT, 127, size)


def straight_to(send: Any) -> Callable[[bytes], bool] | None:
    """Give what writes a frame's bytes past `send`; None if the server is another one or compresses.

    For sockets that are accepted. It gives False, and writes nothing, when only `send` can tell what to do: wait
    for the reader, or it is gone.
    """
    server = getattr(send, "__self__", None)
    if not isinstance(server, WebSocketsSansIOProtocol) or server.conn.extensions:
        return None
    is_writable = server.writable.is_set
    write_to_transport = server.transport.write

    def write(frame: bytes) -> bool:
        if server.close_sent or server.disconnected or not is_writable():
            return False
        write_to_transport(frame)
        return True

    return write
