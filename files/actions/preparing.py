"""What became of a step: each in one transaction, told to whatever shows the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.transaction import on_commit

from files import showing, storing
from files.actions.sending import PREPARE
from files.models import Blob, Chunk, File, Rendition, State, Step, StepName
from files.nature import PICTURES
from journal import clock
from journal.writing import writing
from spheres.waking import wake_later


@dataclass(frozen=True)
class Stored:
    """Content in the storage."""

    stored: str
    size: int
    type: str


def gathered(step: Step, content: Stored, sha256: str) -> None:
    """All parts were put together as `content`; the same content in the sphere is kept once."""

    def body() -> list[str]:
        file = _held(step)
        if file is None:
            return [content.stored]
        unneeded = list(Chunk.objects.in_order(file.pk).values_list("stored", flat=True))
        blob: Blob | None = Blob.objects.filter(sha256=sha256).first()
        if blob is None:
            blob = Blob(sphere=file.sphere, sha256=sha256, stored=content.stored, size=content.size, type=content.type)
            blob.save(force_insert=True)
        else:
            unneeded.append(content.stored)
        Chunk.objects.in_order(file.pk).delete()
        file.blob = blob
        file.save(update_fields=["blob"])
        step.delete()
        if blob.type in PICTURES and blob.width is None:
            _begin(file, StepName.PICTURE)
        else:
            _ready(file)
        return unneeded

    _write_and_erase(body)


def pictured(step: Step, whole: Stored, width: int, height: int, smaller: dict[str, Stored]) -> None:
    """A picture was made fit for screens: `whole` takes the place of what was sent, without what a camera adds."""
    made = [whole.stored, *(one.stored for one in smaller.values())]

    def body() -> list[str]:
        file = _held(step)
        if file is None:
            return made
        step.delete()
        # Another file of the same content may have been quicker.
        blob: Blob = Blob.objects.select_for_update(of=("self",)).get(pk=file.blob_id)
        unneeded = made
        if blob.width is None:
            unneeded = [blob.stored]
            blob.stored, blob.size, blob.type = whole.stored, whole.size, whole.type
            blob.width, blob.height = width, height
            blob.save(update_fields=["stored", "size", "type", "width", "height"])
            for name, one in smaller.items():
                rendition = Rendition(
                    sphere=file.sphere, blob=blob, name=name, stored=one.stored, size=one.size, type=one.type
                )
                rendition.save(force_insert=True)
        file.blob = blob
        _ready(file)
        return unneeded

    _write_and_erase(body)


def failed(step: Step) -> None:
    """It cannot be done: whoever sees the file is told so."""

    def body() -> None:
        file = _held(step)
        step.delete()
        if file is not None:
            file.state = State.FAILED
            file.save(update_fields=["state"])
            _tell(file)

    writing(body)


def put_off(step: Step, wait: timedelta) -> None:
    """It could not be done now: it waits."""

    def body() -> None:
        step.due_at = clock.now() + wait
        step.save(update_fields=["due_at"])

    writing(body)


def _held(step: Step) -> File | None:
    """Give the step's file as now stored, or None where another worker was quicker, or it was erased."""
    if not Step.objects.select_for_update(of=("self",)).filter(pk=step.pk).exists():
        return None
    file: File | None = File.objects.under_lock().filter(pk=step.file_id).first()
    return file


def _begin(file: File, name: StepName) -> None:
    step = Step(sphere=file.sphere, file=file, name=name, due_at=clock.now())
    step.save(force_insert=True)
    wake_later(PREPARE, str(step.pk))


def _ready(file: File) -> None:
    file.state = State.READY
    file.save(update_fields=["state"])
    _tell(file)


def _tell(file: File) -> None:
    for tell in showing.on_prepared:
        tell(file)


def _write_and_erase(body: Callable[[], list[str]]) -> None:
    """Write, then erase what is not needed any more; what is left lying by a store that is away is only bytes."""
    unneeded = writing(body)

    def clear() -> None:
        try:
            storing.erase(unneeded)
        except storing.Away:
            return

    on_commit(clear)
