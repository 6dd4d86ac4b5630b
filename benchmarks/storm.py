"""300 sockets that reconnect at once: what each costs the server, and how long they wait for their greeting."""

from __future__ import annotations

import asyncio
import statistics
import sys
import time

import uvloop

from benchmarks.clients import Room, opened
from benchmarks.site import Served, Site, prepared

SOCKETS, ROUNDS = 300, 3
PEOPLE, SPHERES = 40, 25


async def storm(site: Site, served: Served) -> tuple[float, list[float]]:
    """Give the CPU seconds of a socket, and each one's seconds from the first knock to its greeting."""
    room = Room(site)
    before, start = served.used().cpu, time.monotonic()

    async def one(number: int) -> float:
        room.sockets.append(await opened(room, number))
        return time.monotonic() - start

    waits = await asyncio.gather(*(one(number) for number in range(SOCKETS)))
    cpu = served.used().cpu - before
    room.close()
    return cpu / SOCKETS, waits


def main() -> int:
    with prepared(PEOPLE, SPHERES) as site, site.served() as served:
        for _ in range(ROUNDS):
            cpu, waits = uvloop.run(storm(site, served))
            print(
                f"{SOCKETS} sockets at once, {2 * SPHERES} journals each: {cpu * 1000:.2f} ms of server CPU each, "
                f"greeted after p50 {statistics.median(waits):.2f} s, the last {max(waits):.2f} s",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
