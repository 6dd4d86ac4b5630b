"""Accepted sends per second by HTTP from 8 writers on SQLite, how long each waits, and what a send costs."""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.site import Served, Site, prepared
from journal.ids import uuid7

WRITERS = 8
PEOPLE, SPHERES = 20, 5
BODY = "Le béton arrive demain à sept heures, prévenez la grue et gardez la rampe libre. " * 2
TOKEN = "t" * 32


@dataclass
class Writer:
    """One person's device, with one connection that stays open."""

    site: Site
    number: int
    waits: list[float] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)

    def send(self, count: int) -> None:
        """Send `count` messages one after the other."""
        person = self.site.prepared["people"][self.number]
        line = http.client.HTTPConnection("127.0.0.1", self.site.port)
        headers = {
            "Host": f"localhost:{self.site.port}",
            "Origin": self.site.url,
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": TOKEN,
            "Cookie": f"sessionid={person['session']}; csrftoken={TOKEN}",
        }
        place = f"/s/{self.site.prepared['slug']}/conversations/{UUID(self.site.prepared['conversation'])}/messages/"
        for _ in range(count):
            command = str(uuid7())
            fields = {"_name": "messaging.send.1", "_command": command, "_identity": person["identity"]}
            body = urlencode(fields | {"id": str(uuid7()), "body": BODY})
            start = time.perf_counter()
            line.request("POST", place, body, headers)
            answer = line.getresponse()
            said = json.loads(answer.read())
            self.waits.append(time.perf_counter() - start)
            if answer.headers["Alveole-Command"] != command or said["outcome"] != "accepted" or not said["records"]:
                self.refusals.append(answer.status)


@dataclass
class Speed:
    """What one run showed."""

    rate: float
    waits: list[float]
    cpu: float
    refused: int


def run(site: Site, served: Served, each: int) -> Speed:
    writers = [Writer(site, number) for number in range(WRITERS)]
    before, start = served.used().cpu, time.perf_counter()
    threads = [threading.Thread(target=writer.send, args=[each]) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - start, served.used().cpu - before
    waits = [wait for writer in writers for wait in writer.waits]
    refused = sum(len(writer.refusals) for writer in writers)
    return Speed((len(waits) - refused) / seconds, waits, cpu / len(waits), refused)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--each", type=int, default=100, help="messages of each writer")
    asked = parser.parse_args()
    refused = 0
    with prepared(PEOPLE, SPHERES) as site, site.served() as served:
        run(site, served, 10)
        for _ in range(asked.repeats):
            found = run(site, served, asked.each)
            ranks = statistics.quantiles(found.waits, n=100, method="inclusive")
            print(
                f"{WRITERS} writers: {found.rate:.0f} accepted/s (goal 200), "
                f"p50 {ranks[49] * 1000:.0f} ms, p99 {ranks[98] * 1000:.0f} ms (goal 250), "
                f"{found.cpu * 1e6:,.0f} µs of CPU each, {found.refused} not accepted",
                flush=True,
            )
            refused += found.refused
    return int(refused > 0)


if __name__ == "__main__":
    sys.exit(main())
