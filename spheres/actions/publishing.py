"""Reading without being in: in a public sphere, what is said from then on."""

from __future__ import annotations

from journal import clock
from journal.models import Journal
from journal.recording import new_journal
from spheres.models import EVERYBODY, Membership, ReadBy, Reader, Sphere


def publish(sphere: Sphere) -> None:
    """Let everybody read a sphere from now on, or no more, as its settings say, within the action that set them."""
    reader = Reader.objects.of_everybody(sphere).first()
    is_public = sphere.read_by == ReadBy.EVERYBODY and sphere.deleted_at is None
    if (reader is not None) == is_public:
        return
    # Held since the entry that told of the settings.
    last = Journal.objects.get(pk=sphere.journal_id).last_seq
    if reader is not None:
        reader.until = last
        reader.save(update_fields=["until"])
        return
    everybody = Membership.objects.filter(sphere=sphere, role=EVERYBODY).first() or Membership.objects.create(
        sphere=sphere, role=EVERYBODY, name="", journal=new_journal(scope=sphere.pk), joined_at=clock.now()
    )
    # What was said before was said to the members alone.
    Reader.objects.create(journal_id=sphere.journal_id, membership=everybody, since=last)
