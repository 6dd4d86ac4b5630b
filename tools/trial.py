"""A running Alvéole of our own, on a free port: for tools that need to look at it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

STOP_SECONDS = 15


@dataclass
class Trial:
    """`make run` in the folder `data`."""

    url: str
    data: Path
    seconds: float = 0.0  # from the command to the first answer
    said: str = ""


def wait(condition: Callable[[], bool], seconds: float, otherwise: str) -> float:
    """Wait until `condition` holds and give the seconds it took; ends the program with `otherwise` if it never does."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            sys.exit(f"{otherwise} within {seconds:g} s.")
        time.sleep(0.05)
    return time.monotonic() - start


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310 - the address is ours
            return bool(response.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def trial(data: Path, seconds: float) -> Iterator[Trial]:
    """Run `make run` until it answers; stop it afterwards as Ctrl-C does, and see that nothing is left of it."""
    port = free_port()
    running = Trial(f"http://localhost:{port}", data)
    command = ["make", "run", f"PORT={port}", f"ALVEOLE_DATA={data}"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Asked to stop."))  # what is below is then undone
    with (data.parent / "said").open("w+b") as log:
        made = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            running.seconds = wait(
                lambda: answers(f"{running.url}/sign-in/") or made.poll() is not None,
                seconds,
                "make run did not answer",
            )
            log.seek(0)
            running.said = log.read().decode()
            if made.poll() is not None:
                sys.exit(f"make run ended by itself:\n{running.said}")
            yield running
            os.killpg(made.pid, signal.SIGINT)
            wait(lambda: made.poll() is not None, STOP_SECONDS, "make run did not stop")
            wait(lambda: not processes_of(data), STOP_SECONDS, "make run left processes behind")
        finally:
            for process in processes_of(data):
                os.kill(process, signal.SIGKILL)


def processes_of(data: Path) -> list[int]:
    """List the processes that were started with `data` as their folder."""
    wanted = f"ALVEOLE_DATA={data}".encode()
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if wanted in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
        except OSError:
            continue  # it ended in between
    return found
