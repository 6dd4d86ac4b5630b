"""Waking the worker: where the broker is away nobody waits for it, and what is to be done is found by the clock."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from spheres.waking import wake


class Slammed:
    """A door that is opened and shut at once, as often as somebody knocks."""

    def __init__(self) -> None:
        self.knocks = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while True:
            try:
                heard, _ = self._listener.accept()
            except OSError:
                return
            self.knocks += 1
            heard.close()

    def close(self) -> None:
        """Let nobody knock any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def slammed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slammed]:
    """Give a broker that hears nobody."""
    door = Slammed()
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", door.url)
    yield door
    door.close()


def test_a_broker_that_is_away_is_asked_once(slammed: Slammed, caplog: pytest.LogCaptureFixture) -> None:
    wake("spheres.tasks.remove_posts")
    assert "The worker is not woken" in caplog.text
    assert slammed.knocks == 1
