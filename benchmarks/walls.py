"""What row-level security costs a page on PostgreSQL: the same pages with Django's backend, with ours, and walled.

`ALVEOLE_DATABASE_URL` names an ordinary role that may create databases; the one made here is dropped at the end.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django
import psycopg

PEOPLE, SPHERES, MESSAGES = 20, 5, 2_000
ROUNDS, WARM_UP, PAGES = 30, 3, 10  # short turns: what else the machine does is spread over all three
NAME = f"alveole_benchmark_{os.getpid()}"


@contextmanager
def scratch_database() -> Iterator[None]:
    """Make an empty database and point the settings to it."""
    given = os.environ.get("ALVEOLE_DATABASE_URL", "")
    if not given.startswith("postgres"):
        sys.exit("Set ALVEOLE_DATABASE_URL to postgres://role:password@host:port/name; the role needs CREATEDB.")
    with (
        tempfile.TemporaryDirectory(prefix="alveole-benchmark-") as folder,
        psycopg.connect(given, autocommit=True) as server,
    ):
        server.execute(f"CREATE DATABASE {NAME}")
        try:
            os.environ |= {
                "ALVEOLE_DATABASE_URL": f"{given.rsplit('/', 1)[0]}/{NAME}",
                "ALVEOLE_DATA": folder,
                "ALVEOLE_LIMITS": "off",
                "DJANGO_SETTINGS_MODULE": "alveole.settings",
            }
            django.setup()
            yield
        finally:
            server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def populate() -> Callable[[str], None]:
    """Fill it; give the function that opens a page as a member of all spheres."""
    from django.conf import settings  # needs the settings, as all of these
    from django.core.management import call_command
    from django.test import Client

    from benchmarks.prepare import populated
    from journal.ids import uuid7
    from journal.publishing import quiet
    from messaging.actions import send_message
    from messaging.models import Conversation
    from spheres.models import Membership
    from spheres.seal import inside

    call_command("migrate", verbosity=0)
    site = populated(PEOPLE, SPHERES)
    author = Membership.objects.with_sphere().get(pk=site["author"])
    with quiet(), inside(author.sphere):
        conversation = Conversation.objects.get(pk=site["conversation"])
        for n in range(MESSAGES):
            send_message(author, conversation, id=uuid7(), body=f"{n} mots")
    client = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
    client.cookies[settings.SESSION_COOKIE_NAME] = site["people"][1]["session"]
    addresses = {"home": "/", "conversation": f"/s/{site['slug']}/conversations/{site['conversation']}/"}

    def opened(page: str) -> None:
        assert client.get(addresses[page]).status_code == 200

    return opened


def arrange(*, is_told: bool, is_walled: bool) -> None:
    """Take Django's backend or ours, and let the policies count or not."""
    from django.apps import apps
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    from spheres.postgresql import base
    from spheres.walls import sealed_tables

    old = connections["default"]
    old.close()
    backend: Any = base.DatabaseWrapper if is_told else DatabaseWrapper
    connections["default"] = backend(old.settings_dict, "default")
    with connections["default"].cursor() as cursor:
        for table in sealed_tables(apps):
            cursor.execute(f'ALTER TABLE "{table}" {"ENABLE" if is_walled else "DISABLE"} ROW LEVEL SECURITY')


ARRANGEMENTS = {
    "Django's backend, no policy": {"is_told": False, "is_walled": False},
    "ours, no policy": {"is_told": True, "is_walled": False},
    "ours, with policies": {"is_told": True, "is_walled": True},
}


def compared(seen: dict[str, list[float]], name: str) -> str:
    first, this = (statistics.median(seen[which]) for which in (next(iter(seen)), name))
    return f"{this:.2f} ms = {this / first:.3f}×"


def main() -> int:
    with scratch_database():
        opened = populate()
        for page in ("home", "conversation"):
            wall: dict[str, list[float]] = {name: [] for name in ARRANGEMENTS}
            cpu: dict[str, list[float]] = {name: [] for name in ARRANGEMENTS}
            for _ in range(ROUNDS):
                for name, arrangement in ARRANGEMENTS.items():
                    arrange(**arrangement)
                    for n in range(WARM_UP + PAGES):
                        start, used = time.perf_counter(), time.process_time()
                        opened(page)
                        if n >= WARM_UP:
                            wall[name].append((time.perf_counter() - start) * 1000)
                            cpu[name].append((time.process_time() - used) * 1000)
            for name in ARRANGEMENTS:
                print(f"{page}, {name}: p50 {compared(wall, name)}; our CPU {compared(cpu, name)}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
