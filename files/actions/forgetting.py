"""What nothing shows any more is forgotten: rows at once, bytes by the clock."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from files.actions.wasting import waste
from files.models import Blob, Chunk, File, Rendition
from journal.writing import writing
from spheres.models import Sphere


def forget(limit: int) -> int:
    """Forget at most `limit` files of the open spheres that nothing shows, and contents of no file; give how many."""
    files = list(File.objects.to_erase().values_list("pk", flat=True)[:limit])
    blobs = list(Blob.objects.of_no_file().values_list("pk", flat=True)[:limit])
    return sum([*map(forget_file, files), *map(forget_blob, blobs)])


def forget_file(pk: UUID) -> bool:
    """Forget a file that nothing shows; False where meanwhile something does."""
    return writing(partial(_forget_file, pk))


def forget_blob(pk: UUID) -> bool:
    """Forget content of no file; False where meanwhile somebody sent it again."""
    return writing(partial(_forget_blob, pk))


def _forget_file(pk: UUID) -> bool:
    # Asked again under the lock: meanwhile it may have become a part of something.
    file = File.objects.to_erase().under_lock().filter(pk=pk).first()
    if file is None:
        return False
    _let_go(file)
    return True


def _forget_blob(pk: UUID) -> bool:
    blob = Blob.objects.under_lock().filter(pk=pk).first()
    # Asked after the lock: somebody may have sent the same just now.
    if blob is None or File.objects.filter(blob=pk).exists():
        return False
    _let_go_of_content(blob)
    return True


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` files of a sphere that is erased."""
    return writing(lambda: _erase_some(sphere, limit))


def _erase_some(sphere: Sphere, limit: int) -> int:
    files = list(File.objects.filter(sphere=sphere)[:limit])
    for file in files:
        _let_go(file)
    blobs = [] if files else list(Blob.objects.filter(sphere=sphere)[:limit])
    for blob in blobs:
        _let_go_of_content(blob)
    return len(files) + len(blobs)


def _let_go(file: File) -> None:
    waste(Chunk.objects.in_order(file.pk).values_list("stored", flat=True))
    file.delete()


def _let_go_of_content(blob: Blob) -> None:
    waste([*Rendition.objects.filter(blob=blob).values_list("stored", flat=True), blob.stored])
    blob.delete()
