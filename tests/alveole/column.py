"""The services of docker-compose.yml as processes of this machine: the same commands, other addresses."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import redis
from django.conf import settings
from ruamel.yaml import YAML

from alveole import valkey
from tests.alveole.link import Link
from tests.alveole.site import MANAGE, START_SECONDS, free_port
from tests.live import wait_until

ROOT: Path = settings.BASE_DIR
COMPOSE: dict[str, Any] = YAML(typ="safe").load(ROOT / "docker-compose.yml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
VARIABLE = re.compile(r"\$\{(\w+)(?::\?|:-([^}]*))\}")
PARTS = ["web", "web 2", "worker", "beat"]
DYNAMIC = re.compile(r"dynamic a \{.*?\n\t\t\}", re.DOTALL)


class Column:
    """A site in several processes, each with the command and the environment of its service."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        parts = urlsplit(database)
        self.postgres = Link(parts.hostname or "127.0.0.1", parts.port or 5432)
        self.database = database
        names = ["valkey", "store", "caddy", "web", "web 2"]
        self.ports = {name: free_port() for name in names}
        self.url = f"http://localhost:{self.ports['caddy']}"
        self.filled = {"ALVEOLE_URL": self.url, "ALVEOLE_S3_SECRET": "b" * 24, "ALVEOLE_DATABASE_PASSWORD": "unused"}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def fill(self, text: str) -> str:
        """Put in what .env names."""
        return VARIABLE.sub(lambda found: self.filled.get(found[1]) or found[2], text)

    def environment(self, name: str) -> dict[str, str]:
        """Give the environment of a service, its addresses being ports of this machine."""
        given = {key: self.fill(value) for key, value in SERVICES[service(name)].get("environment", {}).items()}
        for key, value in given.items():
            for host, port in self.ports.items():
                given[key] = re.sub(rf"//{host}(:\d+)?(?=/|$)", f"//127.0.0.1:{port}", given[key])
            if "@postgres" in value:
                given[key] = self._by_the_link()
        ours = {key: value for key, value in os.environ.items() if not key.startswith("ALVEOLE_")}
        image = {"ALVEOLE_DATA": str(self.folder / "data"), "PYTHONUNBUFFERED": "1"}  # see Dockerfile
        return ours | image | given | {"PORT": str(self.ports.get(name, 8000))}

    def _by_the_link(self) -> str:
        parts = urlsplit(self.database)
        owner = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{owner}@127.0.0.1:{self.postgres.port}").geturl()

    def command(self, name: str, line: str) -> list[str]:
        """Give a command of a service, run in this folder in place of its container."""
        words = shlex.split(self.fill(line).replace("0.0.0.0", "127.0.0.1"))  # noqa: S104  # that is what is taken away
        words = [re.sub(r"(^|=)/data$", rf"\g<1>{self._volume(name)}", word) for word in words]
        here = {
            "python": [sys.executable],
            "valkey-server": [str(valkey._binary()), "--bind", "127.0.0.1", "--port", str(self.ports["valkey"])],
            "mini": [program("weed"), "mini", *self._store_ports()],
            "caddy": [program("caddy")],
        }
        words[:1] = here[words[0]]
        if service(name) == "valkey":
            words += ["--dir", str(self._volume(name))]
        return [{"manage.py": MANAGE, "/etc/caddy/Caddyfile": self._caddyfile()}.get(word, word) for word in words]

    def _volume(self, name: str) -> Path:
        place = self.folder / service(name)
        place.mkdir(exist_ok=True)
        return place

    def _store_ports(self) -> list[str]:
        inner = ("master", "volume", "filer", "admin")
        ports = [f"-{part}.port{kind}={free_port()}" for part in (*inner, "s3") for kind in ("", ".grpc")]
        ports[-2] = f"-s3.port={self.ports['store']}"
        return [*ports, "-ip.bind=127.0.0.1", f"-metricsPort={free_port()}"]

    def _caddyfile(self) -> str:
        """Write the Caddyfile with our two web servers in place of Docker's name for them, and no desk for admins."""
        file = self.folder / "Caddyfile"
        webs = " ".join(f"127.0.0.1:{self.ports[name]}" for name in ("web", "web 2"))
        text, count = DYNAMIC.subn(f"to {webs}", (ROOT / "Caddyfile").read_text())
        assert count == 1
        file.write_text("{\n\tadmin off\n}\n" + text)
        return str(file)

    def start(self, name: str) -> None:
        """Start a service, or again one that was killed."""
        assert name not in self.processes or self.processes[name].poll() is not None
        with (self.folder / f"{name}.said").open("ab") as out:
            self.processes[name] = subprocess.Popen(
                self.command(name, SERVICES[service(name)]["command"]),
                env=self.environment(name) | {"HOME": str(self.folder)},
                cwd=self._volume(name),
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a service without asking it."""
        self.processes[name].kill()
        self.processes[name].wait()

    def said(self, name: str) -> str:
        """Give everything a service printed."""
        return (self.folder / f"{name}.said").read_text()

    def run(self, name: str, line: str) -> str:
        """Run a command as `docker compose run` does, in the surroundings of a service; give what it printed."""
        command, surroundings = self.command(name, line), self.environment(name)
        done = subprocess.run(
            command, env=surroundings, capture_output=True, text=True, check=False, timeout=START_SECONDS
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_well(self, name: str) -> bool:
        """Ask a web server how it is, as its container is asked."""
        assert self.processes[name].poll() is None, self.said(name)
        command = self.command(name, SERVICES[service(name)]["healthcheck"]["test"])
        done = subprocess.run(command, env=self.environment(name), capture_output=True, check=False, cwd=ROOT)
        return done.returncode == 0

    def wait_until_well(self) -> None:
        """Wait until every part is at work: one that still starts does not wait for what a test takes away."""
        for name in ("web", "web 2"):
            wait_until(lambda name=name: self.is_well(name), f"{name} is ready", START_SECONDS)  # type: ignore[misc]  # mypy knows no lambda with a default
        wait_until(self._worker_waits_for_tasks, "the worker is ready", START_SECONDS)
        wait_until(self._beat_has_the_clock, "beat is ready", START_SECONDS)

    def _worker_waits_for_tasks(self) -> bool:
        with redis.Redis(port=self.ports["valkey"]) as memory:
            return any(client["cmd"] == "brpop" for client in memory.client_list())

    def _beat_has_the_clock(self) -> bool:
        clock = self.folder / "data" / "beat.lock"
        return clock.exists() and clock.read_text() == str(self.processes["beat"].pid)

    def answers_at_all(self, port: int) -> bool:
        """Say whether somebody speaks HTTP there."""
        try:
            return bool(httpx.get(f"http://127.0.0.1:{port}/"))
        except httpx.TransportError:
            return False

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database itself, every sphere being open."""
        with psycopg.connect(self.database, options="-c alveole.sphere=*") as connection:
            return connection.execute(statement).fetchall()

    def clear_away(self) -> None:
        """End everything, the last started first."""
        for process in reversed(self.processes.values()):
            process.kill()
            process.wait()
        self.postgres.end()


def service(name: str) -> str:
    """Give the service that a process is one of."""
    return name.split(maxsplit=1)[0]


def program(name: str) -> str:
    """Give a program that came with the packages."""
    return str(Path(sys.executable).with_name(name))


@contextmanager
def database() -> Iterator[str]:
    """Make a database beside the one that is named, by the same ordinary role; give its address."""
    named = os.environ["ALVEOLE_DATABASE_URL"]
    # Each worker of a parallel run has a column of its own.
    ours = urlsplit(named).path.strip("/") + "_column" + os.environ.get("PYTEST_XDIST_WORKER", "")
    with psycopg.connect(named, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{ours}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{ours}"')
        yield urlsplit(named)._replace(path=f"/{ours}").geturl()
        connection.execute(f'DROP DATABASE IF EXISTS "{ours}" WITH (FORCE)')


@contextmanager
def standing(folder: Path) -> Iterator[Column]:
    """Run every service of the file, in the order in which they wait for each other."""
    with database() as address:
        column = Column(folder, address)
        try:
            column.start("valkey")
            column.start("store")
            column.run("migrate", SERVICES["migrate"]["command"])
            for name in PARTS:
                column.start(name)
            column.wait_until_well()
            column.start("caddy")
            wait_until(lambda: column.answers_at_all(column.ports["caddy"]), "the front server", START_SECONDS)
            yield column
        finally:
            column.clear_away()
