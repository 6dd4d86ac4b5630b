"""A thousand sockets that come back after a restart: what each costs, how long each waits, whom it keeps waiting.

Quiet rounds: devices that have everything, of which none may be told to pull. Rounds with talk: one member is back
already, and hears five messages a second while the others come.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

import uvloop

from benchmarks.clients import Room, opened
from benchmarks.site import Served, Site, prepared

SOCKETS = 1_000
PEOPLE, SPHERES = 40, 25
JITTER_SECONDS = 5.0  # what a device waits at random before it comes back
WORDS, PER_SECOND, TALK_SECONDS = 240, 5, 8

Cursors = list[dict[str, Any]]


@dataclass
class Storm:
    """What one round showed."""

    cpu: float
    waits: list[float]
    pulls: int
    delays: list[float]


def cursors_of(site: Site) -> Cursors:
    """Ask for everybody what a device that has everything holds."""
    return [_cursors(site, person) for person in site.prepared["people"]]


def _cursors(site: Site, person: Any) -> dict[str, Any]:
    said = {
        "identity": person["identity"],
        "rows_version": site.prepared["rows_version"],
        "cursors": {},
        "page": None,
    }
    line = http.client.HTTPConnection("127.0.0.1", site.port)
    headers = {"Host": f"localhost:{site.port}", "Origin": site.url, "Cookie": f"sessionid={person['session']}"}
    line.request("POST", "/feed/", json.dumps(said), headers | {"Content-Type": "application/json"})
    answer = json.loads(line.getresponse().read())
    line.close()
    return {journal: [one["epoch"], one["head"]] for journal, one in answer["journals"].items()}


async def storm(site: Site, served: Served, cursors: Cursors, *, spread: float, talks: bool) -> Storm:
    """Let everybody come back, within `spread` seconds."""
    back, others = Room(site), Room(site)
    back.sockets.append(await opened(back, 0, cursors=cursors[0]))
    before = served.used().cpu
    talking = asyncio.ensure_future(back.pace(served, PER_SECOND * TALK_SECONDS, WORDS, PER_SECOND)) if talks else None

    async def one(number: int) -> float:
        await asyncio.sleep(spread * number / SOCKETS)
        start = time.monotonic()
        others.sockets.append(await opened(others, number, cursors=cursors[number % len(cursors)]))
        return time.monotonic() - start

    waits = await asyncio.gather(*(one(number) for number in range(SOCKETS)))
    cpu = served.used().cpu - before
    delays = await talking if talking else []
    pulls = sum(bool(ear.pull) for ear in others.sockets)
    back.close()
    others.close()
    return Storm(cpu / SOCKETS, waits, pulls, delays)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2)
    asked = parser.parse_args()
    with prepared(PEOPLE, SPHERES) as site:
        print(f"{SOCKETS} sockets, {2 * SPHERES} journals each; load {os.getloadavg()[0]:.1f}", flush=True)
        for spread, talks in [
            (0.0, False),
            (JITTER_SECONDS, False),
            (0.0, True),
            (JITTER_SECONDS, True),
        ] * asked.repeats:
            with site.served() as served:
                cursors = cursors_of(site)
            # Another process, as after a restart.
            with site.served() as served:
                tell(uvloop.run(storm(site, served, cursors, spread=spread, talks=talks)), spread=spread, talks=talks)
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)
    return 0


def tell(seen: Storm, *, spread: float, talks: bool) -> None:
    waits = sorted(seen.waits)
    how = f"{f'over {spread:.0f} s' if spread else 'at once'}, {'with talk' if talks else 'quiet'}"
    line = (
        f"{how}: greeted after p50 {statistics.median(waits):.2f}, p99 {waits[len(waits) * 99 // 100]:.2f}, "
        f"the last {waits[-1]:.2f} s; {seen.pulls} told to pull"
    )
    if talks:
        delays = sorted(seen.delays)
        line += (
            f"; who was back hears after p50 {statistics.median(delays) * 1000:.0f}, worst {delays[-1] * 1000:.0f} ms"
        )
    else:
        line += f"; {seen.cpu * 1000:.2f} ms of server CPU each"
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
