"""One grown site under measurement, in process: told on standard input what to ask, it answers with times and queries.

`python -m benchmarks.turns MESSAGES SPHERES PEOPLE` grows the site where the settings' database is empty. Each line
on standard input is a question, a number of turns and `warm` or `cold` (rows are rendered anew each time).
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import django

Question = Callable[[], Any]
# What a device may be behind by without starting over.
BEHIND = 50


def main(messages: int, spheres: int, people: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
    django.setup()
    from accounts.models import User  # needs the settings, as all of these
    from benchmarks.growing import Size, grow

    start, used = time.monotonic(), time.process_time()
    prepare()
    if not User.objects.exists():
        grow(Size(messages, spheres, people))
    settle()
    told = {"seconds": time.monotonic() - start, "cpu": time.process_time() - used, "bytes": size_on_disk()}
    print(json.dumps(told), flush=True)
    questions = asked_of(Visitor())
    gc.freeze()
    for line in sys.stdin:
        what, turns, rows = line.split()
        print(json.dumps(measured(questions[what], int(turns), is_cold=rows == "cold")), flush=True)


def prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def settle() -> None:
    """Give PostgreSQL the statistics that its own housekeeping would have gathered by now; SQLite keeps none here."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def size_on_disk() -> int:
    """Give the bytes of the database, indexes included."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


class Visitor:
    """The person of the most spheres, at the biggest of them."""

    def __init__(self) -> None:
        from django.conf import settings
        from django.test import Client

        from benchmarks.prepare import signed_in
        from messaging.models import Conversation
        from spheres.models import Membership
        from spheres.seal import inside

        self.member = Membership.objects.with_sphere().filter(person__email="p0@example.invalid").earliest("joined_at")
        assert self.member.person is not None
        self.identity = self.member.person.pk.hex
        with inside(self.member.sphere):
            self.conversation = str(Conversation.objects.get().pk)
        self.sphere = f"/s/{self.member.sphere.slug}/"
        self.talk = f"{self.sphere}conversations/{self.conversation}/"
        self.client = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
        self.client.cookies[settings.SESSION_COOKIE_NAME] = signed_in(self.member.person)

    def page(self, address: str) -> Any:
        return ensured(self.client.get(address))

    def feed(self, cursors: dict[str, Any]) -> Any:
        said = {"identity": self.identity, "rows_version": self.rows_version, "cursors": cursors, "page": None}
        return ensured(self.client.post("/feed/", said, content_type="application/json")).json()

    def send(self) -> None:
        from journal.ids import uuid7

        said = {
            "_command": str(uuid7()),
            "_name": "messaging.send.1",
            "_identity": self.identity,
            "id": str(uuid7()),
            "body": "Le béton arrive demain à sept heures.",
        }
        body = urlencode(said)
        form = "application/x-www-form-urlencoded"
        ensured(
            self.client.post(f"{self.talk}messages/", body, content_type=form, headers={"accept": "application/json"})
        )

    rows_version = ""

    def current(self) -> dict[str, Any]:
        """Give the cursors of a device that has everything."""
        answer = self.feed({})
        self.rows_version = answer["rows_version"]
        return {journal: [one["epoch"], one["head"]] for journal, one in answer["journals"].items()}


def ensured(response: Any) -> Any:
    assert response.status_code == 200, response.content[:300]
    return response


def asked_of(visitor: Visitor) -> dict[str, Question]:
    """Give the questions by name; each is the whole request."""
    journal = str(visitor.member.sphere.journal_id)
    # Measured before and after sends: what it is behind by stays the same.
    current = visitor.current()
    epoch, head = current[journal]
    return {
        "conversation": lambda: visitor.page(visitor.talk),
        "page-back": lambda: visitor.page(f"{visitor.talk}?before={head - 40}"),
        "home": lambda: visitor.page("/"),
        "sphere": lambda: visitor.page(visitor.sphere),
        "members": lambda: visitor.page(f"{visitor.sphere}members/"),
        f"feed-{BEHIND}-behind": lambda: visitor.feed({**current, journal: [epoch, head - BEHIND]}),
        "feed-current": lambda: visitor.feed(current),
        "snapshot": lambda: visitor.feed({other: cursor for other, cursor in current.items() if other != journal}),
        "send": visitor.send,
    }


def measured(question: Question, turns: int, *, is_cold: bool) -> dict[str, Any]:
    """Ask once to warm up, once to count the queries, then `turns` times; milliseconds."""
    from django.core.cache import caches
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    wall: list[float] = []
    cpu: list[float] = []
    question()
    if is_cold:
        caches["rows"].clear()
    with CaptureQueriesContext(connection) as counted:
        question()
    queries = len(counted.captured_queries)
    for _ in range(turns):
        if is_cold:
            caches["rows"].clear()
        start, used = time.perf_counter(), time.process_time()
        question()
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return {"wall": wall, "cpu": cpu, "queries": queries}


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))
