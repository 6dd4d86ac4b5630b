"""Bytes in the storage: chunks as they arrive, and their sum read as one file."""

from __future__ import annotations

import hashlib
import io
import os
from bisect import bisect_right
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from journal.ids import uuid7

if TYPE_CHECKING:
    from files.models import Chunk


class Away(Exception):
    """The storage does not answer, or is full: nothing was lost, and it is worth trying again."""


def _answered(work: Any, *arguments: Any) -> Any:
    try:
        return work(*arguments)
    except FileNotFoundError:
        raise
    except Exception as failure:  # each storage has errors of its own, and no base of them
        raise Away(type(failure).__name__) from failure


def new_name(folder: str, sphere_id: UUID) -> str:
    """Give a name that is new, with nobody's own words in it; of folders by two letters none grows without end."""
    name = uuid7().hex
    return f"{folder}/{sphere_id.hex}/{name[-2:]}/{name}"


def keep(name: str, content: File[bytes] | bytes) -> None:
    """Store content under a new name, for good once this returns. Raises Away."""
    content = ContentFile(content) if isinstance(content, bytes) else content
    if _answered(default_storage.save, name, content) != name:
        raise Away("The name was taken.")


def reading(stored: str) -> IO[bytes]:
    """Open what is stored for reading. Raises Away; FileNotFoundError where it is gone."""
    content: IO[bytes] = _answered(default_storage.open, stored)
    return content


def erase(name: str) -> None:
    """Erase what is stored; what is gone already stays gone. Raises Away."""
    _answered(default_storage.delete, name)


class Joined(io.RawIOBase):
    """Chunks read as one file, one of them in memory at a time; `sha256` is of all that was read once."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks
        self.size = sum(chunk.size for chunk in chunks)
        self._starts = [chunk.offset for chunk in chunks]
        self._at = 0
        self._digest = hashlib.sha256()
        self._digested = 0
        self._open: tuple[int, bytes] = (-1, b"")

    @property
    def sha256(self) -> str:
        """Give the digest, hex. Raises ValueError before everything was read."""
        if self._digested != self.size:
            raise ValueError("Not everything was read.")
        return self._digest.hexdigest()

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is: a storage may look at the end first."""
        return True

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place."""
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read on, at most to the end of a chunk."""
        # Chunks are without a gap from the first byte on.
        index = bisect_right(self._starts, self._at) - 1
        if self._at >= self.size:
            return 0
        start = self._at - self.chunks[index].offset
        part = self._content(index)[start : start + len(buffer)]
        buffer[: len(part)] = part
        fresh = part[self._digested - self._at :] if self._at <= self._digested else b""
        self._digest.update(fresh)
        self._digested += len(fresh)
        self._at += len(part)
        return len(part)

    def _content(self, index: int) -> bytes:
        if self._open[0] != index:
            with reading(self.chunks[index].stored) as content:
                self._open = (index, content.read())
            if len(self._open[1]) != self.chunks[index].size:
                raise Away("A part has not the length that it had.")
        return self._open[1]
