"""What became of a step: each in one transaction, told to whatever shows the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from files import showing
from files.actions.sending import PREPARE
from files.actions.wasting import claim, waste
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

    def body() -> None:
        file = _held(step)
        if file is None:
            return  # nothing claims what was stored
        _let_go_of_parts(file)
        file.blob = _content(file, content, sha256)
        file.save(update_fields=["blob"])
        step.delete()
        if file.blob.type in PICTURES and file.blob.width is None:
            _begin(file, StepName.PICTURE)
        else:
            _ready(file)

    writing(body)


def _content(file: File, content: Stored, sha256: str) -> Blob:
    """Give the blob of this content, held until the commit: the sphere's own, or a new one."""
    made = Blob(
        sphere=file.sphere,
        sha256=sha256,
        stored=content.stored,
        size=content.size,
        type=content.type,
        created_at=clock.now(),
    )
    if made.insert():  # PostgreSQL waits here for another worker with the same content
        claim(content.stored)
        return made
    blob: Blob = Blob.objects.under_lock().get(sha256=sha256)
    return blob


def pictured(step: Step, whole: Stored, width: int, height: int, smaller: dict[str, Stored]) -> None:
    """A picture was made fit for screens: `whole` takes the place of what was sent, without what a camera adds."""

    def body() -> None:
        file = _held(step)
        if file is None:
            return  # nothing claims what was stored
        step.delete()
        blob: Blob = Blob.objects.under_lock().get(pk=file.blob_id)
        # Another file of the same content may have been quicker.
        if blob.width is None:
            waste([blob.stored])
            claim(whole.stored, *(one.stored for one in smaller.values()))
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

    writing(body)


def failed(step: Step) -> None:
    """It cannot be done: whoever sees the file is told so, and nothing of it is kept.

    Of a picture, what was sent has in it where it was taken.
    """

    def body() -> None:
        file = _held(step)
        step.delete()
        if file is not None:
            _let_go_of_parts(file)
            file.state, file.blob = State.FAILED, None
            file.save(update_fields=["state", "blob"])
            _tell(file)

    writing(body)


def put_off(step: Step, wait: timedelta) -> None:
    """It could not be done now, through no fault of the file: it waits, as often as need be."""

    def body() -> None:
        step.due_at, step.waits, step.tries = clock.now() + wait, step.waits + 1, 0
        step.save(update_fields=["due_at", "waits", "tries"])

    writing(body)


def _held(step: Step) -> File | None:
    """Give the step's file as now stored, or None where another worker was quicker, or it was erased."""
    if not Step.objects.select_for_update(of=("self",)).filter(pk=step.pk).exists():
        return None
    file: File | None = File.objects.under_lock().filter(pk=step.file_id).first()
    return file


def _let_go_of_parts(file: File) -> None:
    chunks = Chunk.objects.in_order(file.pk)
    waste(chunks.values_list("stored", flat=True))
    chunks.delete()


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
