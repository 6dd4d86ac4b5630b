"""A file becomes a part of something, and stops being one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from files.models import File, State
from journal import clock
from journal.errors import Refused
from spheres.models import Membership


def attach(sender: Membership, ids: Sequence[UUID], alts: Sequence[str] = ()) -> list[File]:
    """Make files a part of what `sender` says, in this order; a part of an action. `alts`: what each of them shows.

    Raises Refused where one did not arrive whole, is not theirs, or is a part of something already.
    """
    held = {file.pk: file for file in File.objects.sent_by(sender).unattached().under_lock().filter(pk__in=ids)}
    if len(held) != len(ids) or any(file.state == State.ARRIVING for file in held.values()):
        raise Refused(_("A file did not arrive. Choose it again and send it once more."))
    # Their content as it is now that they are held.
    whole = {file.pk: file for file in File.objects.whole(ids)}
    files = [whole[pk] for pk in ids]
    for number, file in enumerate(files):
        file.attached_at = clock.now()
        file.alt = alts[number] if number < len(alts) else ""
        file.save(update_fields=["attached_at", "alt"])
    return files


def discard(files: Iterable[File]) -> None:
    """Let go of files that nothing shows any more; a part of an action."""
    for file in files:
        file.discarded_at = clock.now()
        file.save(update_fields=["discarded_at"])
