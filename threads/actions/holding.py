"""What the verbs have in common: the thread of a thing that is held, and telling the thing anew."""

from __future__ import annotations

from journal.models import Entry
from journal.recording import record
from spheres.actions import erase_some_of
from spheres.models import Sphere
from threads.models import Comment, Report, Thing, Thread
from threads.subjects import subject_of


def thread_of(thing: Thing) -> Thread:
    """Give the thread of a thing that is held, a new one to its first answer."""
    if thing.thread is None:
        kind = subject_of(thing).kind
        thing.thread = Thread(sphere=thing.sphere, journal_id=thing.journal_id, kind=kind, object_id=thing.pk)
        thing.thread.save(force_insert=True)
        thing.save(update_fields=["thread"])
    return thing.thread


def tell(thing: Thing) -> Entry:
    """Tell a thing anew, by nobody: who answered is told by the answer, and whose reaction it was by nothing."""
    return record(thing.journal_id, "changed", thing)  # type: ignore[arg-type]  # every Thing is a row of a model


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` rows of a sphere that is erased, its threads last."""
    models = (Report, Comment, Thread)
    return next((done for model in models if (done := erase_some_of(model.objects.filter(sphere=sphere), limit))), 0)
