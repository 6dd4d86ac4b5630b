"""What the embedded set weighs at rest: proportional memory of `manage.py serve` and all that it started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from benchmarks.site import free_port

START_SECONDS, SETTLE_SECONDS, STOP_SECONDS = 60, 10, 20
GOAL = 200.0  # MB


def family(pid: int) -> Iterator[int]:
    """Give a process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def weight(pid: int) -> float:
    """Give a process's proportional share of memory in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return words[2] if "-m" in words else Path(words[0].split()[0]).name


def wait_until_it_answers(port: int) -> None:
    asked = Request(f"http://127.0.0.1:{port}/sign-in/", headers={"Host": f"localhost:{port}"})
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(asked, timeout=5):  # noqa: S310  # the address is ours
                return
        except (URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main() -> int:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="alveole-benchmark-") as folder:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            env=os.environ | {"ALVEOLE_DATA": folder, "PORT": str(port)},
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until_it_answers(port)
            time.sleep(SETTLE_SECONDS)
            found = {pid: (name(pid), weight(pid)) for pid in family(process.pid)}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)
    for what, mb in found.values():
        print(f"{mb:6.1f} MB  {what}")
    whole = sum(mb for _what, mb in found.values())
    print(f"{whole:6.1f} MB  in all (goal {GOAL:g})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
