"""Time and memory of a backup, its proof and a restore, of a small site and of a large one."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

BATCH = 5_000
SMALL = 1_000


@dataclass
class Run:
    """What a command took: seconds by the clock, seconds of CPU, megabytes at its largest."""

    wall: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall:6.1f} s, {self.cpu:6.1f} s of CPU, {self.peak:5.0f} MB at most"


def run(folder: Path, *words: str) -> Run:
    """Run a command of `manage.py` on the site in `folder`."""
    environment = {**os.environ, "ALVEOLE_DATA": str(folder)}
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, "manage.py", *words], env=environment, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{words[0]} ended with {process.returncode}.")
    return Run(time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def fill(messages: int) -> None:
    """Put messages and their entries into the database that the environment names, in bulk."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    populate(messages)


def populate(messages: int) -> None:
    """Let one person speak very often."""
    from django.db.transaction import atomic

    from accounts.actions import create_user
    from journal.ids import uuid7
    from journal.models import Entry, Journal
    from journal.publishing import quiet
    from messaging.models import Conversation, Message
    from spheres.actions import create_sphere
    from spheres.seal import inside

    with quiet():
        author = create_sphere(create_user(email="a@example.invalid", name="A"), name="Banc", context="association")
    with inside(author.sphere):
        place = Conversation.objects.get()
        journal = Journal.objects.get(pk=place.journal_id)
        for first in range(0, messages, BATCH):
            said = [
                Message(id=uuid7(), sphere_id=author.sphere_id, conversation=place, author=author, body=words(number))
                for number in range(first, min(first + BATCH, messages))
            ]
            lines: list[Any] = [
                Entry(
                    journal=journal,
                    seq=journal.last_seq + 1 + place_in,
                    first=journal.last_seq + 1 + place_in,
                    kind="messaging.message",
                    object_id=message.pk,
                    parent_id=place.pk,
                    verb="posted",
                    actor=author.pk,
                )
                for place_in, message in enumerate(said)
            ]
            journal.last_seq += len(said)
            with atomic():
                Message.objects.bulk_create(said)
                Entry.objects.bulk_create(lines)
                journal.save(update_fields=["last_seq"])


def words(number: int) -> str:
    """Say something of about a hundred letters, never twice the same."""
    return f"{number:x} " + " ".join(f"{(number * prime) % 99_991:x}" for prime in range(1_009, 1_029))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=300_000)
    parser.add_argument("--fill", type=int, default=0, help="only fill the database that the environment names")
    given = parser.parse_args()
    if given.fill:
        fill(given.fill)
        return
    for messages in (SMALL, given.messages):
        with tempfile.TemporaryDirectory(prefix="alveole-benchmark-") as name:
            measure(Path(name), messages)


def measure(folder: Path, messages: int) -> None:
    environment = {**os.environ, "ALVEOLE_DATA": str(folder / "site")}
    subprocess.run([sys.executable, "-m", "benchmarks.backup", f"--fill={messages}"], env=environment, check=True)
    archive = folder / "site.tar.gz"
    print(f"{messages:,} messages and their entries", flush=True)
    print(f"  nothing (manage.py check)  {run(folder / 'site', 'check')}", flush=True)
    print(f"  backup                     {run(folder / 'site', 'backup', str(archive))}", flush=True)
    print(f"  backup --prove             {run(folder / 'site', 'backup', str(archive), '--prove')}", flush=True)
    print(f"  restore --replace          {run(folder / 'site', 'restore', str(archive), '--replace')}", flush=True)
    print(f"  the archive has {archive.stat().st_size / 1e6:.1f} MB", flush=True)


if __name__ == "__main__":
    main()
