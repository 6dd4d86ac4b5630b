"""A device in Python that only listens, and comes back however its socket ends."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import httpx
from django.conf import settings
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

PULSE_SECONDS = 0.2  # how soon it notices that it may go, and how long it waits before it calls again


class Listener:
    """Somebody's open conversation on `url`, heard through `port` of this machine."""

    def __init__(self, url: str, port: int, person: dict[str, str]) -> None:
        self.url, self.port, self.person = url, port, person
        self.live: set[str] = set()  # what came by the socket
        self.known: set[str] = set()  # and by the feed
        self.returns = -1
        self.is_open = threading.Event()
        self._cursors: dict[str, Any] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()

    def _listen(self) -> None:
        while not self._over.wait(PULSE_SECONDS if self.returns >= 0 else 0):
            try:
                self._follow()
            except (OSError, EOFError, WebSocketException, httpx.HTTPError):
                self.is_open.clear()

    def _follow(self) -> None:
        version = self._pull()
        there = socket.create_connection(("127.0.0.1", self.port), 5)
        address = self.url.replace("http", "ws") + "/socket/"
        with connect(
            address, sock=there, origin=Origin(self.url), additional_headers={"Cookie": self._cookie()}, close_timeout=1
        ) as opened:
            hello = {"t": "hello", "identity": self.person["identity"], "rows_version": version}
            opened.send(json.dumps(hello | {"cursors": self._cursors}))
            while not self._over.is_set():
                try:
                    self._hear(json.loads(opened.recv(timeout=PULSE_SECONDS)))
                except TimeoutError:
                    continue

    def _hear(self, said: dict[str, Any]) -> None:
        if said["t"] == "records":
            self.live |= bodies(said["records"])
        if said["t"] == "ready":
            self.returns += 1
            self.is_open.set()
        if said["t"] == "pull" or said.get("pull"):
            self._pull()

    def _pull(self) -> str:
        page, more, version = None, True, ""
        while more:
            said = {
                "identity": self.person["identity"],
                "rows_version": version,
                "cursors": self._cursors if version else {},
                "page": page,
            }
            headers = {"Host": self.url.split("//")[1], "Origin": self.url, "Cookie": self._cookie()}
            answer = httpx.post(f"http://127.0.0.1:{self.port}/feed/", json=said, headers=headers, timeout=5)
            got = answer.raise_for_status().json()
            self.known |= bodies(got["records"])
            self._cursors = {**self._cursors, **got["cursors"]}
            page, more, version = got["page"], got["more"], got["rows_version"]
        return version

    def _cookie(self) -> str:
        return f"{settings.SESSION_COOKIE_NAME}={self.person['session']}"


def bodies(records: list[dict[str, Any]]) -> set[str]:
    """Give the words of the messages among some records."""
    return {record["facts"]["body"] for record in records if "body" in record.get("facts", {})}
