"""Keeps the web server, the worker and the embedded Valkey running, and stops them together.

`manage.py serve` becomes this program once all is prepared: it imports neither Django nor anything else that is
large, so that what watches over the others costs 10 MB and has little to die of.
"""

import argparse
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alveole import processes, valkey

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a crashed child is started again, doubled each time
STEADY = 60.0  # seconds after which a child counts as healthy again
GRACE = 5.0  # seconds from "please stop" to "now"
REMEMBERED = 1000  # bytes of complaints
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class Child:
    """One process to keep running; `launch` is given the descriptor for its complaints."""

    name: str
    launch: Callable[[int], int]
    pid: int = 0
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = 0.0
    last_words: bytes = b""
    complaints: int = field(default=-1, repr=False)


class Supervisor:
    """Runs `children`, in their order, until a signal asks to stop; stops them in the reverse order."""

    def __init__(self, children: Sequence[Child]) -> None:
        self.children = children
        self.selector = selectors.DefaultSelector()
        self.stopping = False
        self.wakes, wake = socket.socketpair()
        self.wakes.setblocking(False)
        wake.setblocking(False)
        self.wake = wake
        self.selector.register(self.wakes, selectors.EVENT_READ)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake the loop
        for number in STOP_SIGNALS:
            signal.signal(number, self._ask_to_stop)

    def run(self) -> None:
        """Run until asked to stop, then stop everything."""
        while not self.stopping:
            for child in self.children:
                if not child.pid and child.due <= time.monotonic():
                    self._start(child)
            self._wait(self._idle_seconds())
            self._reap()
        self._stop()

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _idle_seconds(self) -> float | None:
        due = [child.due for child in self.children if not child.pid]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _start(self, child: Child) -> None:
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        child.started, child.last_words, child.complaints = time.monotonic(), b"", reading
        self.selector.register(reading, selectors.EVENT_READ, child)
        try:
            child.pid = child.launch(writing)
        except (OSError, valkey.Unready) as failure:
            self._retry(child, f"did not start: {failure}")
        finally:
            os.close(writing)

    def _wait(self, seconds: float | None) -> None:
        for key, _ in self.selector.select(seconds):
            if key.fileobj is self.wakes:
                self.wakes.recv(1000)
            else:
                self._pass_on(key.data)

    def _pass_on(self, child: Child) -> None:
        """Show what `child` complains about, and remember the end of it: the reason, should it end now."""
        try:
            said = os.read(child.complaints, 65536)
        except BlockingIOError:
            return
        if not said:
            self._hang_up(child)
            return
        sys.stderr.buffer.write(said)
        sys.stderr.flush()
        child.last_words = (child.last_words + said)[-REMEMBERED:]

    def _hang_up(self, child: Child) -> None:
        if child.complaints >= 0:
            self.selector.unregister(child.complaints)
            os.close(child.complaints)
            child.complaints = -1

    def _reap(self) -> None:
        for child in self.children:
            if not child.pid:
                continue
            ended, status = os.waitpid(child.pid, os.WNOHANG)
            if not ended:
                continue
            while child.complaints >= 0 and self._has_words(child):
                self._pass_on(child)
            reason = processes.explain(status)
            said = child.last_words.decode(errors="replace").split("\n")
            if os.WIFEXITED(status) and any(said):
                reason += f" ({[line for line in said if line.strip()][-1]})"
            child.pid = 0
            if not self.stopping:
                self._retry(child, reason)

    def _has_words(self, child: Child) -> bool:
        return any(key.fd == child.complaints for key, _ in self.selector.select(0))

    def _retry(self, child: Child, reason: str) -> None:
        self._hang_up(child)
        if time.monotonic() - child.started >= STEADY:
            child.pause = FIRST_PAUSE
        child.due = time.monotonic() + child.pause
        tell(f"The {child.name} {reason}; starting it again in {child.pause:g} s.")
        child.pause = min(child.pause * 2, LONGEST_PAUSE)

    def _stop(self) -> None:
        # Valkey, the first child, goes last: the others finish their work with it.
        first, *others = self.children
        self._end(others)
        self._end([first])

    def _end(self, children: Sequence[Child]) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            for child in children:
                if child.pid:
                    os.kill(child.pid, number)
            deadline = time.monotonic() + GRACE
            while any(child.pid for child in children) and time.monotonic() < deadline:
                self._wait(deadline - time.monotonic())
                self._reap()


def tell(sentence: str) -> None:
    """Say one line to whoever started us."""
    sys.stderr.write(f"Alvéole: {sentence}\n")
    sys.stderr.flush()


def embedded_valkey(folder: Path, pid: int = 0) -> Child:
    """Describe the Valkey of `folder`; `pid` is the one that runs already."""
    return Child("Valkey", lambda _: valkey.start(folder), pid=pid, started=time.monotonic())


def program(name: str, module: str, arguments: Sequence[str] = (), keep: Sequence[int] = ()) -> Child:
    """Describe a child that is one of our modules."""
    command = [sys.executable, "-m", module, *arguments]
    return Child(name, lambda errors: processes.start(command, keep=keep, errors=errors))


def main(arguments: Sequence[str]) -> None:
    """Take over what `manage.py serve` prepared: the listening sockets, and the running Valkey."""
    parser = argparse.ArgumentParser(prog="alveole.supervisor")
    parser.add_argument("--listen", type=int, action="append", required=True)
    parser.add_argument("--valkey", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args(arguments)
    children = [
        program("web server", "alveole.web", [str(descriptor) for descriptor in given.listen], given.listen),
        program("worker", "alveole.worker"),
    ]
    if given.valkey:
        children.insert(0, embedded_valkey(given.folder, given.valkey))
    Supervisor(children).run()


if __name__ == "__main__":
    main(sys.argv[1:])
