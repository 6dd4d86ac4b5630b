"""`manage.py serve` as people start it: real processes, a data folder and a port of their own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
from django.conf import settings

from tests.live import wait_until

START_SECONDS = 60  # on a machine that is busy with everything else
MANAGE = str(settings.BASE_DIR / "manage.py")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


class Site:
    """One `manage.py serve` and everything it started."""

    def __init__(self, folder: Path, *words: str, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        names = {"ALVEOLE_URL", "ALVEOLE_REDIS_URL", "ALVEOLE_DATABASE_URL"}
        self.environment = {name: value for name, value in os.environ.items() if name not in names}
        self.environment |= {"ALVEOLE_DATA": str(folder), "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        self.children: set[int] = set()
        # A file and not a pipe: an orphan, the very thing to be found out, would keep a pipe open.
        self.out = folder.with_name(f"{folder.name}-{self.port}.said")
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, MANAGE, "serve", *words],
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Give everything it printed."""
        return self.out.read_text()

    def get(self, path: str = "/sign-in/", **headers: str) -> httpx.Response | None:
        """Ask the site; none when it does not answer."""
        try:
            return httpx.get(
                f"http://127.0.0.1:{self.port}{path}", headers={"host": f"localhost:{self.port}", **headers}
            )
        except httpx.TransportError:
            return None

    def wait_until_it_answers(self) -> httpx.Response:
        """Wait for the web server."""

        def answer() -> httpx.Response | None:
            assert self.process.poll() is None, self.said
            return self.get()

        response: httpx.Response = wait_until(answer, "the site answers", START_SECONDS)
        return response

    def child(self, what: str) -> int:
        """Give the process id of one of the site's programs; 0 if it does not run."""
        return next((pid for pid, command in family(self.process.pid) if what in command), 0)

    def wait_until_all_run(self) -> list[int]:
        """Wait for the whole set; give the process ids of the children."""
        self.wait_until_it_answers()
        for what in ("alveole.web", "alveole.worker", "valkey-server"):
            wait_until(partial(self.child, what), what, START_SECONDS)
        children = [pid for pid, _command in family(self.process.pid)]
        self.children.update(children)
        return children

    def manage(self, *words: str) -> None:
        """Run another command of `manage.py` on the same site."""
        subprocess.run([sys.executable, MANAGE, *words], env=self.environment, check=True)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop; give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(START_SECONDS)

    def clear_away(self) -> None:
        """End what should have ended by itself."""
        try:
            self.end()
        finally:
            for pid in filter(is_alive, self.children):
                os.kill(pid, signal.SIGKILL)


def family(parent: int) -> list[tuple[int, str]]:
    """Give process id and command of everything that descends from `parent`."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,command="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 3) for line in listed.stdout.splitlines()]
    found, parents = [], {parent}
    for _generation in range(4):
        young = [(int(row[0]), row[3]) for row in rows if int(row[1]) in parents and not row[2].startswith("Z")]
        found += young
        parents = {pid for pid, _command in young}
    return found


def is_alive(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


@contextmanager
def served(folder: Path, *words: str, prepared: Path | None = None) -> Iterator[Site]:
    """Run a site until the end of the block, on a copy of a `prepared` data folder if one is given."""
    if prepared:
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
    site = Site(folder, *words)
    try:
        yield site
    finally:
        site.clear_away()
