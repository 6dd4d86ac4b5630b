"""Who is told who is in a hall: its members, or those alone who manage the organisation."""

from __future__ import annotations

from django.db.models import QuerySet

from journal import kinds
from journal.models import Entry, Journal
from journal.publishing import tell_person
from journal.recording import new_journal, record
from spheres import rules
from spheres.models import Membership, Reader, Sphere
from spheres.seal import inside

# How a kind says that its things are told where a sphere tells who is in it.
ON_THE_ROLL = "sphere__roll_id"


def keep_roll(sphere: Sphere) -> None:
    """Let the members of a hall see each other, or no more, as its settings say, within the action that set them."""
    if not sphere.has_own_roll:
        return
    members = Membership.objects.in_sphere(sphere.pk)
    readers = Reader.objects.open_or_held().filter(journal_id=sphere.roll_id)
    if sphere.lists_members:
        _open(sphere, members.exclude(pk__in=readers.values("membership")))
    else:
        _close(sphere, members.exclude(role="administrator").filter(pk__in=readers.values("membership")))


def _open(sphere: Sphere, members: QuerySet[Membership]) -> None:
    last = Journal.objects.get(pk=sphere.roll_id).last_seq
    newcomers = list(members)
    Reader.objects.bulk_create(
        Reader(
            journal_id=sphere.roll_id,
            membership=member,
            # Whoever owes the charter reads it once they have accepted.
            until=last if member.owes_charter else None,
            is_held=member.owes_charter,
        )
        for member in newcomers
    )
    _tell(newcomers)


def _close(sphere: Sphere, members: QuerySet[Membership]) -> None:
    former = list(members)
    if not former:
        return
    # Something has to be told for the reading to end with: one of those whom the rest still reads of.
    entry = record(sphere.roll_id, "unlisted", Membership.objects.managing(sphere).earliest("joined_at", "pk"))
    readers = Reader.objects.filter(journal_id=sphere.roll_id, membership__in=former)
    readers.open().update(until=entry.seq)
    readers.held().update(is_held=False)
    _tell(former)


def _tell(members: list[Membership]) -> None:
    for person_id in filter(None, [member.person_id for member in members]):
        tell_person(person_id)


def give_roll(hall: Sphere) -> None:
    """Tell who is in a hall on a roll of its own, where it was told to everybody in it: a site of before is so."""
    hall = Sphere.objects.under_lock(hall.pk)
    if hall.has_own_roll:
        return
    roll = new_journal(scope=hall.pk)
    Sphere.objects.filter(pk=hall.pk).update(roll=roll)
    with inside(hall):
        for kind in [kind for kind in kinds.kinds().values() if kind.journal == ON_THE_ROLL]:
            told = Entry.objects.current().filter(journal=hall.journal_id, kind=kind.name, is_gone=False)
            for thing in kind.things().filter(pk__in=told.values("object_id")).order_by("pk"):
                record(hall.journal_id, "moved", thing, is_gone=True)
                record(roll.pk, "moved", thing)
    for member in Membership.objects.in_sphere(hall.pk).order_by("journal_id"):
        record(member.journal_id, "moved", member)
    keep_roll(Sphere.objects.get(pk=hall.pk))


def keep_roll_of(member: Membership, told: Entry) -> None:
    """Let a member read who is in a hall as their new role says; `told` is the entry of it."""
    sphere = member.sphere
    if not sphere.has_own_roll:
        return
    reader = Reader.objects.open_or_held().filter(journal_id=sphere.roll_id, membership=member).first()
    if reader is None and rules.sees_members(member):
        Reader.objects.create(journal_id=sphere.roll_id, membership=member)
    elif reader is not None and not rules.sees_members(member):
        reader.until, reader.is_held = told.seq, False
        reader.save(update_fields=["until", "is_held"])
