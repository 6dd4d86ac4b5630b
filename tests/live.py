"""A living site for tests: real uvicorn, real Valkey, the test's own database."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from accounts.identity import identity_of
from alveole import valkey
from alveole.asgi import application
from spheres.models import Membership
from sync import hub

PATIENCE_SECONDS = 30


def wait_until(condition: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """Give the condition's first true value; fail after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.01)
    return value


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[None]:
    """Run a Valkey of our own, unless a server is named."""
    if settings.IS_VALKEY_EXTERNAL:
        yield
        return
    pid = valkey.start(settings.DATA_DIR)
    yield
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)


@pytest.fixture(scope="session")
def web(django_db_setup: None, valkey_server: None) -> Iterator[str]:
    """Run uvicorn in a thread of this process, so that a test's own commits reach its hub."""
    listening = socket.create_server(("127.0.0.1", settings.PORT))
    config = uvicorn.Config(
        application,
        loop="uvloop",
        ws="websockets-sansio",
        ws_max_size=65_536,
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=1,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
    thread.start()
    wait_until(lambda: server.started, "uvicorn")
    yield settings.ALVEOLE_URL
    server.should_exit = True
    thread.join(PATIENCE_SECONDS)
    _close(application.application_mapping["http"].pool)
    running = hub.current()
    if running is not None:
        _close(running.pool)


def _close(pool: ThreadPoolExecutor) -> None:
    # PostgreSQL drops no database that somebody is connected to.
    together = threading.Barrier(pool._max_workers)

    def close() -> None:
        together.wait(PATIENCE_SECONDS)
        connections.close_all()

    for closing in [pool.submit(close) for _ in range(pool._max_workers)]:
        closing.result()
    pool.shutdown()


def linked_hub() -> hub.Hub:
    """Give the hub of a socket that is open, once it hears other processes."""
    running: hub.Hub = wait_until(hub.current, "the hub")
    wait_until(lambda: running.is_linked, "the channel between processes")
    return running


@dataclass
class Visitor:
    """Somebody's signed-in client of the living site."""

    url: str
    member: Membership
    session_key: str
    http: httpx.Client

    @property
    def identity(self) -> str:
        """Give the identity."""
        assert self.member.person is not None
        return identity_of(self.member.person)

    def feed(self, **said: Any) -> dict[str, Any]:
        """Ask the feed."""
        body = {"identity": self.identity, "rows_version": "", "cursors": {}, "page": None, **said}
        answer: dict[str, Any] = self.http.post("/feed/", json=body, headers={"Origin": self.url}).json()
        return answer

    @contextmanager
    def socket(self, origin: str | None = None, *, cookies: str = "{session}") -> Iterator[ClientConnection]:
        """Open a socket and say nothing yet; `cookies` is what its browser keeps of this host."""
        address = self.url.replace("http", "ws") + "/socket/"
        session = f"{settings.SESSION_COOKIE_NAME}={self.session_key}"
        headers = {"Cookie": cookies.replace("{session}", session)}
        sender = Origin(origin or self.url)
        with connect(address, origin=sender, additional_headers=headers, close_timeout=1) as opened:
            yield opened

    @contextmanager
    def listening(self, cursors: dict[str, Any] | None = None) -> Iterator[Ear]:
        """Open a socket, say hello and hear from then on."""
        version = self.feed()["rows_version"]
        with self.socket() as opened:
            hello = {"t": "hello", "identity": self.identity, "rows_version": version, "cursors": cursors or {}}
            opened.send(json.dumps(hello))
            ear = Ear(opened)
            ear.ready = ear.next("ready")
            yield ear


@dataclass
class Ear:
    """What a socket hears."""

    socket: ClientConnection
    ready: dict[str, Any] | None = None

    def frame(self, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Give the next frame."""
        said: dict[str, Any] = json.loads(self.socket.recv(timeout=patience))
        return said

    def next(self, kind: str) -> dict[str, Any]:
        """Give the next frame of a kind; others are passed over."""
        while (said := self.frame())["t"] != kind:
            pass
        return said

    def code_of_the_end(self) -> int:
        """Wait until the socket is closed and give the code; 1006 if it was cut without a word."""
        with pytest.raises(ConnectionClosed) as closed:
            self.next("never")
        return closed.value.rcvd.code if closed.value.rcvd else 1006

    def until(self, body: str) -> list[str]:
        """Give the words heard until `body`, in the order of arrival."""
        heard: list[str] = []
        while body not in heard:
            heard += [
                record["facts"]["body"]
                for record in self.next("records")["records"]
                if "body" in record.get("facts", {})
            ]
        return heard


@pytest.fixture
def visit(web: str, transactional_db: None) -> Iterator[Callable[[Membership], Visitor]]:
    """Sign somebody in at the living site."""
    opened: list[httpx.Client] = []

    def visitor(member: Membership) -> Visitor:
        assert member.person is not None
        session = SessionStore()
        session["_auth_user_id"] = str(member.person.pk)
        session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
        session["_auth_user_hash"] = member.person.get_session_auth_hash()
        session.save()
        key = str(session.session_key)
        http = httpx.Client(base_url=web, cookies={settings.SESSION_COOKIE_NAME: key})
        opened.append(http)
        return Visitor(web, member, key, http)

    yield visitor
    for http in opened:
        http.close()
