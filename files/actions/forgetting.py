"""What nothing shows any more is erased, rows and bytes."""

from __future__ import annotations

from collections.abc import Iterable

from files import storing
from files.models import Blob, Chunk, File, Rendition
from journal.writing import writing
from spheres.models import Sphere


def forget(limit: int) -> int:
    """Erase at most `limit` files of the open spheres that nothing shows, and content of no file. Raises Away."""
    files = list(File.objects.to_erase()[:limit])
    for file in files:
        _erase(file)
    for blob in Blob.objects.of_no_file()[:limit]:
        _erase_blob(blob)
    return len(files)


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` files of a sphere that is erased. Raises Away."""
    files = list(File.objects.filter(sphere=sphere)[:limit])
    for file in files:
        _erase(file)
    if files:
        return len(files)
    blobs = list(Blob.objects.filter(sphere=sphere)[:limit])
    for blob in blobs:
        _erase_blob(blob)
    return len(blobs)


def _erase(file: File) -> None:
    """Bytes first: a row without bytes is found again, bytes without a row never."""
    storing.erase(_names(Chunk.objects.in_order(file.pk)))
    writing(file.delete)


def _erase_blob(blob: Blob) -> None:
    storing.erase([*_names(Rendition.objects.filter(blob=blob)), blob.stored])
    writing(blob.delete)


def _names(stored: Iterable[Chunk | Rendition]) -> list[str]:
    return [one.stored for one in stored]
