"""A wire between a program and a server, for tests to cut and to join again."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

SIZE = 64 * 1024


class Link:
    """Passes on what comes to a port of this machine, until it is cut: then nobody answers there, as after a fall."""

    def __init__(self, host: str, port: int) -> None:
        self.there = (host, port)
        self.port = 0
        self._carrying: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="link", daemon=True)
        self._thread.start()
        self.join()

    def join(self) -> None:
        """Let through, on the same port as before."""
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()

    def cut(self) -> None:
        """Break what is open, and refuse what comes."""
        asyncio.run_coroutine_threadsafe(self._break(), self._loop).result()

    def end(self) -> None:
        """Cut for good."""
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _break(self) -> None:
        self._server.close()
        for ends in self._carrying.values():
            for end in ends:
                end.transport.abort()
        await asyncio.gather(*self._carrying)

    async def _carry(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying[task] = [to_near]
        try:
            with suppress(OSError):
                far, to_far = await asyncio.open_connection(*self.there)
                self._carrying[task].append(to_far)
                await asyncio.gather(_pass_on(near, to_far), _pass_on(far, to_near))
        finally:
            to_near.close()
            del self._carrying[task]


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while said := await source.read(SIZE):
            target.write(said)
            await target.drain()
    target.close()
