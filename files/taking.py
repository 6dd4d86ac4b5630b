"""What a browser without script posts with its form: taken as if a device had sent it before."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from files import actions, storing
from files.models import LARGEST_CHUNK
from files.tus import name_of
from journal.commands import beside_the_command
from journal.errors import Unanswerable
from journal.ids import uuid7
from spheres.models import Membership


def take(sender: Membership, posted: Iterable[UploadedFile[bytes]]) -> list[UUID]:
    """Keep what was posted and give the ids. Raises Unanswerable (503) where the storage is away."""
    try:
        with beside_the_command():
            return [_take_one(sender, one) for one in posted]
    except storing.Away:
        away = Unanswerable(_("Files cannot be kept just now. Try again in a moment."))
        away.status = 503
        raise away from None


def _take_one(sender: Membership, posted: UploadedFile[bytes]) -> UUID:
    file = actions.announce(sender, id=uuid7(), size=posted.size or 0, name=name_of(posted.name or ""))
    received = 0
    # One of nothing has a part too, of nothing, and has arrived already.
    for part in filter(None, posted.chunks(LARGEST_CHUNK)):
        stored = actions.begin("chunks", sender.sphere_id)
        storing.keep(stored, part)
        received = actions.receive(sender, file, offset=received, size=len(part), stored=stored)
    return file.pk
