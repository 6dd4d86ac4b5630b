"""Deliveries to N sockets of one sphere: hub, standard Channels group and bare loop; latency, memory, stalls."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from dataclasses import dataclass

import uvloop

from benchmarks.clients import Ear, Room, Void, opened
from benchmarks.site import Served, Site, prepared

WORDS = 240  # bytes of a message's own words
PEOPLE, SPHERES = 40, 25  # each person reads two journals per sphere
MESSAGES = {("hub", 300): 300, ("hub", 1000): 120, ("channels", 300): 60, ("channels", 1000): 20}
BARE_MESSAGES = 150
# The kernel takes the first megabytes for a reader that stalls: long messages, and many.
READERS, STALLED, LONG_WORDS, LONG_MESSAGES = 100, 3, 9_000, 300


@dataclass
class Speed:
    """What one run showed."""

    deliveries: float
    cpu: float
    frame: int


async def speed(site: Site, served: Served, kind: str, sockets: int, frame: int = 0) -> Speed:
    room = Room(site)
    await room.fill(sockets)
    messages = MESSAGES.get((kind, sockets), BARE_MESSAGES)
    size = frame or WORDS
    await room.flood(served, 10, size)
    before = served.used()
    seconds = await room.flood(served, messages, size)
    burnt = served.used().cpu - before.cpu
    found = Speed(sockets * messages / seconds, burnt / (sockets * messages) * 1e6, room.sockets[0].largest)
    room.close()
    return found


async def latency(site: Site, served: Served, sockets: int) -> list[float]:
    room = Room(site)
    await room.fill(sockets)
    await room.flood(served, 10, WORDS)
    found = await room.pace(served, 100, WORDS, per_second=10)
    room.close()
    return found


async def weight(site: Site, served: Served, sockets: int) -> float:
    """Give the kB that one more idle socket costs."""
    room = Room(site)
    await room.fill(100)
    await room.flood(served, 10, WORDS)
    before = served.used().pss
    await room.fill(sockets)
    await asyncio.sleep(1)
    found = (served.used().pss - before) / sockets
    room.close()
    return found


async def stalls(site: Site, served: Served, stalled: int) -> tuple[float, float, int]:
    """Give deliveries/s and p99 (s) of 100 readers beside `stalled` ones that never read, and how many were cut."""
    room, deaf = Room(site), Room(site)
    sleepers: list[Ear] = [await opened(deaf, number, receives=4096) for number in range(stalled)]
    for sleeper in sleepers:
        sleeper.transport.pause_reading()
    await room.fill(READERS)
    await room.flood(served, 10, LONG_WORDS)
    seconds = await room.flood(served, LONG_MESSAGES, LONG_WORDS)
    waits = await room.pace(served, 60, LONG_WORDS, per_second=10)
    for sleeper in sleepers:
        sleeper.transport.resume_reading()
    await asyncio.sleep(1)
    cut = sum(sleeper.is_lost for sleeper in sleepers)
    room.close()
    return READERS * LONG_MESSAGES / seconds, percentile(waits, 99), cut


def percentile(values: list[float], rank: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[rank - 1]


def tell_speed(site: Site, repeats: int) -> None:
    for sockets in (300, 1000):
        compare(site, sockets, repeats)


def tell_latency(site: Site, repeats: int) -> None:
    for _ in range(repeats):
        with site.served() as served:
            waits = uvloop.run(latency(site, served, 1000))
        shown = ", ".join(f"p{rank} {percentile(waits, rank) * 1000:.1f}" for rank in (50, 95, 99))
        print(f"send to the last of 1,000 sockets at 10/s: {shown} ms (goal p99 50)", flush=True)


def tell_weight(site: Site, repeats: int) -> None:
    with site.served() as served:
        heavy = uvloop.run(weight(site, served, 500))
    print(f"idle socket with {2 * SPHERES} journals: {heavy:.1f} kB (goal 60)", flush=True)


def tell_stalls(site: Site, repeats: int) -> None:
    for stalled in (0, STALLED) * repeats:
        with site.served() as served:
            rate, wait, cut = uvloop.run(stalls(site, served, stalled))
        print(f"{stalled} stalled: {rate:,.0f}/s, p99 {wait * 1000:.1f} ms, {cut} cut", flush=True)


REPORTS = {"speed": tell_speed, "latency": tell_latency, "weight": tell_weight, "stalls": tell_stalls}


def compare(site: Site, sockets: int, repeats: int) -> None:
    runs: dict[str, list[Speed]] = {"hub": [], "channels": [], "bare": []}
    for _ in range(repeats):
        frame = 0
        for kind, found in runs.items():
            with site.served(kind) as served:
                found.append(uvloop.run(speed(site, served, kind, sockets, frame if kind == "bare" else 0)))
            frame = found[-1].frame
    best = {kind: max(found, key=lambda one: one.deliveries) for kind, found in runs.items()}
    for kind, one in best.items():
        every = ", ".join(f"{run.deliveries:,.0f}" for run in runs[kind])
        print(f"N={sockets:5} {kind:9} {one.deliveries:9,.0f}/s  {one.cpu:6.1f} µs CPU each  {one.frame} B  [{every}]")
    hub = best["hub"].deliveries
    print(f"N={sockets:5} hub : channels {hub / best['channels'].deliveries:.1f} (goal 8)", end="; ")
    print(f"hub : bare {hub / best['bare'].deliveries:.2f} (aim 0.25)", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", choices=list(REPORTS))
    asked = parser.parse_args()
    with prepared(PEOPLE, SPHERES) as site:
        for name, tell in REPORTS.items():
            if asked.only in {None, name}:
                try:
                    tell(site, asked.repeats)
                except Void as void:
                    print(f"Void: {void}.")
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
