"""A file on its way: announced, received part by part, given up."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from files import rules
from files.actions.wasting import claim
from files.models import Chunk, File, State, Step, StepName
from journal import clock
from journal.errors import Conflict
from journal.writing import action
from spheres.models import Membership
from spheres.waking import wake_later

PREPARE = "files.tasks.prepare"


class Misplaced(Conflict):
    """A part that begins elsewhere than where the file ends so far; `received` says where that is."""

    def __init__(self, received: int) -> None:
        super().__init__(_("This part of the file is not the next one."))
        self.received = received


@action
def announce(sender: Membership, *, id: UUID, size: int, name: str) -> File:
    """Begin to send a file of `size` bytes; announced again it goes on.

    Raises Refused if the sender may not, TooLarge beyond what the site takes, Conflict if `id` is taken, Http404 if
    the sender's own file of this `id` is let go of already.
    """
    rules.ensure_fits(size)
    present: File | None = File.objects.filter(pk=id, sender=sender).first()
    if present is not None and present.discarded_at is not None:
        # Not final: the command may have been accepted long ago, and what it made deleted since.
        raise Http404
    if present is not None and present.size == size:
        return present
    unattached = File.objects.sent_by(sender).unattached().count()
    rules.ensure_may_send(sender, unattached, File.objects.bytes_of(sender) + size)
    file = File(id=id, sphere=sender.sphere, sender=sender, name=name, size=size, sent_at=clock.now())
    if not file.insert():
        raise Conflict(_("This number belongs to another file."), field="id")
    if not size:
        _arrived(file)
    return file


@action
def receive(sender: Membership, file: File, *, offset: int, size: int, stored: str) -> int:
    """Take the next part, `size` bytes that are `stored`; give how many bytes there are now.

    Raises Misplaced if it is not the next one, or too long; Refused in an archived sphere, or after too many parts.
    """
    file = _under_lock(file.pk)
    rules.ensure_may_go_on(sender, file.size, Chunk.objects.in_order(file.pk).count())
    if offset != file.received or offset + size > file.size:
        raise Misplaced(file.received)
    claim(stored)
    Chunk(sphere=file.sphere, file=file, offset=offset, size=size, stored=stored).save(force_insert=True)
    file.received += size
    file.save(update_fields=["received"])
    if file.received == file.size:
        _arrived(file)
    return file.received


@action
def give_up(sender: Membership, file: File) -> None:
    """Let go of a file that is a part of nothing; of anything else nothing changes."""
    file = _under_lock(file.pk)
    if file.attached_at is None:
        file.discarded_at = clock.now()
        file.save(update_fields=["discarded_at"])


def _arrived(file: File) -> None:
    file.state = State.PREPARING
    file.save(update_fields=["state"])
    step = Step(sphere=file.sphere, file=file, name=StepName.GATHER, due_at=clock.now())
    step.save(force_insert=True)
    wake_later(PREPARE, str(step.pk))


def _under_lock(pk: UUID) -> File:
    file: File | None = File.objects.under_lock().filter(pk=pk, discarded_at=None).first()
    if file is None:
        raise Http404
    return file
