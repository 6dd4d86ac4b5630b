"""The steps that prepare a file: slow work outside every transaction, then one action."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from shutil import copyfileobj
from uuid import UUID

from django.conf import settings
from django.core.files.base import File as Content

from files import actions, storing
from files.actions.preparing import Stored
from files.models import MIB, Blob, Chunk, File, State, Step, StepName
from files.nature import HEAD, PICTURES, nature_of
from files.picture import NO_ROOM
from spheres.models import Membership
from spheres.seal import inside

logger = logging.getLogger(__name__)

# After which a worker that holds a step counts as dead; longer than any step takes.
LEASE = timedelta(minutes=15)
LONGEST_SECONDS = 120
LONGEST_WAIT = timedelta(hours=1)
# Workers that may die of one step.
MOST_TRIES = 5
LARGEST_PICTURE = 200 * MIB


class Unfit(Exception):
    """It cannot be made of this content, however often it is tried."""


def prepare(step_id: UUID) -> None:
    """Do one step, if it is due and nobody's."""
    step = Step.objects.claim(step_id, LEASE)
    if step is None:
        return
    with inside(step.sphere):
        try:
            if step.tries > MOST_TRIES:
                raise Unfit("Whoever tries it dies of it.")
            WORK[StepName(step.name)](step)
        except Unfit as reason:
            logger.warning("A file cannot be prepared: %s", reason)
            actions.failed(step)
        except (storing.Away, OSError) as failure:
            # Whoever sent it has let it go: it waits for the storage, and not for a number of tries.
            logger.warning("A file is not prepared yet: %s", type(failure).__name__)
            actions.put_off(step, min(timedelta(seconds=10 * 2 ** min(step.waits, 10)), LONGEST_WAIT))


def _gather(step: Step) -> None:
    chunks = list(Chunk.objects.in_order(step.file_id))
    joined = storing.Joined(chunks)
    reader = io.BufferedReader(joined)
    # Over as many parts as it takes: how it was cut says nothing of what it is.
    head = reader.read(HEAD)
    reader.seek(0)
    content: Content[bytes] = Content(reader)
    content.size = joined.size
    stored = actions.begin("blobs", step.sphere_id)
    storing.keep(stored, content)
    actions.gathered(step, Stored(stored, joined.size, nature_of(head)), joined.sha256)


def seems_picture(sender: Membership, file_id: UUID) -> bool:
    """Whether what `sender` sent is a picture, as far as its beginning tells.

    What has not arrived, or cannot be read just now, is judged later.
    """
    # Before the file: when there is no content yet, these were its parts; a worker puts them together at any moment.
    chunks = list(Chunk.objects.in_order(file_id))
    file: File | None = File.objects.sent_by(sender).filter(pk=file_id).first()
    if file is None or not file.is_whole:
        return True
    if file.blob is not None:
        return file.state != State.FAILED and file.blob.type in PICTURES
    try:
        head = io.BufferedReader(storing.Joined(chunks)).read(HEAD)
    except (storing.Away, OSError):
        return True
    return nature_of(head) in PICTURES


def _picture(step: Step) -> None:
    blob: Blob = File.objects.select_related("blob").get(pk=step.file_id).blob
    if blob.size > LARGEST_PICTURE:
        raise Unfit("A picture of so many bytes is none.")
    with tempfile.TemporaryDirectory(prefix="alveole-") as name:
        folder = Path(name)
        source = folder / "source"
        with storing.reading(blob.stored) as content, source.open("wb") as copy:
            copyfileobj(content, copy)
        made = _made(source, folder)
        kept = {}
        for form, told in made.items():
            path = folder / form
            kept[form] = Stored(actions.begin("blobs", step.sphere_id), path.stat().st_size, str(told["type"]))
            with path.open("rb") as content:
                storing.keep(kept[form].stored, Content(content))
    whole = kept.pop("whole")
    actions.pictured(step, whole, int(made["whole"]["width"]), int(made["whole"]["height"]), kept)


def _made(source: Path, folder: Path) -> dict[str, dict[str, str | int]]:
    """Let a process of its own make the picture's forms. Raises Unfit; OSError where the machine is at its end."""
    command = [sys.executable, "-m", "files.picture", str(source), str(folder)]
    try:
        done = subprocess.run(  # noqa: S603  # ours, with names that we made
            command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False, cwd=settings.BASE_DIR
        )
    except subprocess.TimeoutExpired:
        raise Unfit("It took too long.") from None
    if done.returncode == NO_ROOM:
        raise OSError("There is no room to make a picture.")
    if done.returncode:
        raise Unfit(done.stderr.strip()[-200:] or f"ended with {done.returncode}")
    said: dict[str, dict[str, str | int]] = json.loads(done.stdout)
    return said


WORK = {StepName.GATHER: _gather, StepName.PICTURE: _picture}
