"""A prepared site, and its web process on a core of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from alveole import valkey
from benchmarks.prepare import Prepared

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]
STOP_SECONDS = 15


@dataclass
class Used:
    """What the web process used so far: CPU seconds and proportional memory in kB."""

    cpu: float
    pss: float


@dataclass
class Served:
    """A running web process."""

    port: int
    pid: int
    told: IO[str]
    answers: IO[str]

    def say(self, size: int) -> None:
        """Let the author send a message with about `size` bytes of words; does not wait."""
        self.told.write(f"say {size}\n")
        self.told.flush()

    def used(self) -> Used:
        """Ask what was used so far; everything said before is done."""
        self.told.write("burn\n")
        self.told.flush()
        return Used(**json.loads(self.answers.readline()))


@dataclass
class Site:
    """A data folder with people in it, and its Valkey."""

    folder: Path
    prepared: Prepared
    port: int
    journals: int  # that each person reads

    @property
    def environment(self) -> dict[str, str]:
        """Give what every process of the site is told."""
        names = {"ALVEOLE_URL", "ALVEOLE_REDIS_URL", "ALVEOLE_DATABASE_URL"}
        environment = {name: value for name, value in os.environ.items() if name not in names}
        return environment | {"ALVEOLE_DATA": str(self.folder), "PORT": str(self.port), "ALVEOLE_LIMITS": "off"}

    @property
    def url(self) -> str:
        """Give the address that the site knows itself by."""
        return f"http://localhost:{self.port}"

    @contextmanager
    def served(self, kind: str = "hub") -> Iterator[Served]:
        """Run the web process of a kind ("hub", "channels", "bare") on its core until the end of the block."""
        listening = socket.create_server(("127.0.0.1", self.port), backlog=4096)
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", kind, str(listening.fileno())],
            env=self.environment | {"BENCHMARK_SITE": json.dumps(self.prepared)},
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.folder / f"{kind}.log").open("a"),
            text=True,
        )
        listening.close()
        os.sched_setaffinity(process.pid, {SERVER_CORE})
        try:
            assert process.stdin
            assert process.stdout
            served = Served(self.port, process.pid, process.stdin, process.stdout)
            served.used()  # it answers: it runs
            yield served
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def prepared(people: int, spheres: int) -> Iterator[Site]:
    """Make a site in a temporary folder; this process moves to the client's core."""
    os.sched_setaffinity(0, {CLIENT_CORE})
    with tempfile.TemporaryDirectory(prefix="alveole-benchmark-") as name:
        site = Site(Path(name), {}, free_port(), 2 * spheres)  # type: ignore[typeddict-item]  # filled six lines below
        pid = valkey.start(site.folder)
        try:
            command = [sys.executable, "-m", "benchmarks.prepare", str(people), str(spheres)]
            told = subprocess.run(command, env=site.environment, check=True, stdout=subprocess.PIPE, text=True).stdout
            site.prepared = json.loads(told)
            yield site
        finally:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
            time.sleep(0.1)
