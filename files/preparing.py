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
from files.models import Blob, Chunk, File, Step, StepName
from files.nature import HEAD, nature_of
from spheres.seal import inside

logger = logging.getLogger(__name__)

# After which a worker that holds a step counts as dead; longer than any step takes.
LEASE = timedelta(minutes=15)
LONGEST_SECONDS = 120
MOST_TRIES = 8


class Unfit(Exception):
    """It cannot be made of this content, however often it is tried."""


def prepare(step_id: UUID) -> None:
    """Do one step, if it is due and nobody's."""
    step = Step.objects.claim(step_id, LEASE)
    if step is None:
        return
    with inside(step.sphere):
        try:
            WORK[StepName(step.name)](step)
        except Unfit as reason:
            logger.info("A file cannot be prepared: %s", reason)
            actions.failed(step)
        except (storing.Away, OSError, subprocess.SubprocessError) as failure:
            logger.warning("A file is not prepared yet: %s", type(failure).__name__)
            if step.tries >= MOST_TRIES:
                actions.failed(step)
            else:
                actions.put_off(step, timedelta(seconds=10 * 2**step.tries))


def _gather(step: Step) -> None:
    chunks = list(Chunk.objects.in_order(step.file_id))
    joined = storing.Joined(chunks)
    head = joined.read(HEAD) or b""
    joined.seek(0)
    content: Content[bytes] = Content(io.BufferedReader(joined))
    content.size = joined.size
    stored = storing.keep("blobs", step.sphere_id, content)
    actions.gathered(step, Stored(stored, joined.size, nature_of(head)), joined.sha256)


def _picture(step: Step) -> None:
    blob: Blob = File.objects.select_related("blob").get(pk=step.file_id).blob
    with tempfile.TemporaryDirectory(prefix="alveole-") as name:
        folder = Path(name)
        source = folder / "source"
        with storing.reading(blob.stored) as content, source.open("wb") as copy:
            copyfileobj(content, copy)
        made = _made(source, folder)
        kept = {}
        for form, told in made.items():
            path = folder / form
            with path.open("rb") as content:
                kept[form] = Stored(
                    storing.keep("blobs", step.sphere_id, Content(content)), path.stat().st_size, str(told["type"])
                )
    whole = kept.pop("whole")
    actions.pictured(step, whole, int(made["whole"]["width"]), int(made["whole"]["height"]), kept)


def _made(source: Path, folder: Path) -> dict[str, dict[str, str | int]]:
    """Let a process of its own make the picture's forms. Raises Unfit, SubprocessError where it took too long."""
    command = [sys.executable, "-m", "files.picture", str(source), str(folder)]
    done = subprocess.run(  # noqa: S603  # ours, with names that we made
        command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False, cwd=settings.BASE_DIR
    )
    if done.returncode:
        raise Unfit(done.stderr.strip()[-200:] or f"ended with {done.returncode}")
    said: dict[str, dict[str, str | int]] = json.loads(done.stdout)
    return said


WORK = {StepName.GATHER: _gather, StepName.PICTURE: _picture}
