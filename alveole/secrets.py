"""Secrets made at first start, one file each, that only their owner may read."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alveole.environment import Misconfigured, unwritable

BYTES = 48


def secret(name: str, folder: Path) -> str:
    """Give the secret `name` kept in `folder`; the first of any number of processes to ask makes it.

    Raises Misconfigured if nothing can be kept there.
    """
    file = folder / name
    try:
        with suppress(FileNotFoundError):
            return file.read_text(encoding="ascii")
        return _made(file)
    except OSError as failure:
        raise Misconfigured(unwritable(folder.parent, failure)) from None


def _made(file: Path) -> str:
    folder = file.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(folder):
        if not file.exists():
            _write(file, secrets.token_urlsafe(BYTES))
        return file.read_text(encoding="ascii")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Wait for the other processes that are making a secret in `folder`."""
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(file: Path, text: str) -> None:
    # Renamed only once it is on the disk: a power cut must not leave an empty key that signs every session.
    unfinished = file.with_name(f".{file.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(file)
