"""One running Alvéole per data folder, and one beat."""

import fcntl
import os
from pathlib import Path


class Claimed(Exception):
    """Another one runs on this data folder; the message is the sentence to show."""


def claim(folder: Path, part: str = "serve", name: str = "Alvéole") -> int:
    """Take a `part` of `folder` for this process and those it becomes; give the descriptor that holds it.

    The kernel lets go of it when the last holder ends, however it ends: there is nothing stale to clean up.
    Raises Claimed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{part}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as busy:
        holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        number = f" (process {holder})" if holder else ""
        raise Claimed(f"Another {name}{number} is running on {folder}. Stop it, or set ALVEOLE_DATA.") from busy
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor
