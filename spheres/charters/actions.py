"""The verbs of charters."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from journal import clock
from journal.errors import Invalid
from journal.merging import merged
from journal.models import Journal
from journal.publishing import tell_person
from journal.recording import record
from journal.writing import action
from spheres.actions import erase_some_of, mark, under_lock
from spheres.charters import rules
from spheres.charters.models import LONGEST_CHARTER, Acceptance, Charter, Edition
from spheres.models import Membership, Reader, Sphere
from spheres.seal import inside

# How a member's own mark on their sphere says that they are to accept its charter, or did.
KEY, DUE, ACCEPTED = "charter", "due", "accepted"


@action
def publish_charter(by: Membership, *, text: str, seen: str) -> None:
    """Say what is agreed to in the sphere, merged with what changed since `by` saw `seen`; no text ends the charter.

    From the numbers given here on nobody but `by` reads anything of the sphere until they have accepted it. Raises
    Refused if `by` may not, Stale if two changed the same lines, Invalid if both changes together are too long.
    """
    # Before the sphere, as whoever accepts does: many do at once, while this goes on.
    Membership.objects.hold_all_in(by.sphere_id)
    by.sphere = sphere = Sphere.objects.under_lock(by.sphere_id)
    rules.ensure_may_publish(by)
    charter = Charter.objects.of(sphere) or Charter(sphere=sphere, by=by)
    value = _merged(charter, text, seen)
    if value == charter.text:
        return
    edition = _edition(charter, value, by)
    if value:
        _ask(charter, by)
        _accept(by, edition)
    else:
        _withdraw(charter, by)


def publish_first(founder: Membership, text: str) -> None:
    """Give a sphere its charter from the start, within the action that makes it.

    Whoever makes the sphere is asked nothing, and did not agree: they were shown no text.
    """
    _edition(charter := Charter(sphere=founder.sphere, by=founder), text, founder)
    record(founder.sphere.journal_id, "chartered", charter, actor=founder.pk)


def _merged(charter: Charter, text: str, seen: str) -> str:
    name = charter.by.name if charter.by.is_open else ""
    value = merged("text", seen=seen, mine=text, theirs=charter.text, by=name, at=charter.published_at).strip()
    if len(value) > LONGEST_CHARTER:
        raise Invalid({"text": [_("Both changes together are too long. Shorten the charter.")]})
    return value


def _edition(charter: Charter, text: str, by: Membership) -> Edition:
    edition = Edition(sphere=charter.sphere, charter=charter, number=charter.number + 1, text=text)
    edition.published_at = charter.published_at = clock.now()
    charter.text, charter.edition, charter.number, charter.by = text, edition.pk, edition.number, by
    charter.save()
    edition.save(force_insert=True)
    return edition


def _ask(charter: Charter, by: Membership) -> None:
    owing = Membership.objects.in_sphere(charter.sphere_id).exclude(pk=by.pk)
    owing.update(owes_charter=True)
    own = {member.journal_id: member for member in owing.with_sphere()}
    read = set(Reader.objects.open().filter(membership__in=own.values()).values_list("journal_id", flat=True))
    for journal_id in sorted({charter.sphere.journal_id, *read, *own}):
        if member := own.get(journal_id):
            _lay_before(charter, member)
        else:
            _close(journal_id, charter, by, list(own.values()))


def _lay_before(charter: Charter, member: Membership) -> None:
    """Show the charter to somebody who reads nothing else: in their own journal, and as a mark on the sphere."""
    mark(member, kind="spheres.sphere", object_id=member.sphere_id, key=KEY, value=DUE)
    record(member.journal_id, "chartered", charter)
    if member.person_id:
        tell_person(member.person_id)


def _close(journal_id: UUID, charter: Charter, by: Membership, owing: list[Membership]) -> None:
    is_spheres = journal_id == charter.sphere.journal_id
    entry = record(journal_id, "chartered", charter, actor=by.pk, is_gone=not is_spheres)
    closed = Reader.objects.open().filter(journal_id=journal_id, membership__in=owing)
    closed.update(until=entry.seq, is_held=True)


def lay_before_newcomer(membership: Membership) -> None:
    """Let somebody who comes in read nothing before they have accepted the charter, where there is one."""
    with inside(membership.sphere):
        charter = Charter.objects.standing().first()
        if charter is None:
            return
        membership.owes_charter = True
        membership.save(update_fields=["owes_charter"])
        hold(membership)
        _lay_before(charter, membership)


def hold(membership: Membership) -> None:
    """Keep what somebody may read closed for as long as they owe the charter; also what a new role opened."""
    # Whoever gives a role may have read the membership before a charter was published.
    Sphere.objects.under_lock(membership.sphere_id)
    membership.refresh_from_db(fields=["owes_charter"])
    if not membership.owes_charter:
        return
    for reader in Reader.objects.open().filter(membership=membership).exclude(journal_id=membership.journal_id):
        # Nobody listens yet by a Reader of this transaction: no entry needs to close it.
        reader.until, reader.is_held = Journal.objects.get(pk=reader.journal_id).last_seq, True
        reader.save(update_fields=["until", "is_held"])


@action
def accept(member: Membership, edition: Edition) -> None:
    """Agree to an edition of the charter, and read the sphere again; who owes nothing has done so.

    Raises Refused where another edition stands by now or the sphere was deleted, Http404 for who was removed.
    """
    # Of an edition and an acceptance at once, one comes after and judges what the other made of it.
    member = under_lock(member)
    if not member.owes_charter:
        return
    rules.ensure_there(member.sphere)
    charter = Charter.objects.of(member.sphere)
    rules.ensure_stands(charter, edition)
    _accept(member, edition)
    _read_on(member, edition.charter)


def _accept(member: Membership, edition: Edition) -> None:
    acceptance = Acceptance(sphere=member.sphere, membership=member, edition=edition, at=clock.now())
    acceptance.save(force_insert=True)
    record(member.sphere.desk_id, "accepted", acceptance, actor=member.pk)


def _read_on(member: Membership, charter: Charter) -> None:
    member.owes_charter = False
    member.save(update_fields=["owes_charter"])
    for reader in list(Reader.objects.held().filter(membership=member)):
        Reader.objects.create(journal_id=reader.journal_id, membership=member, since=reader.since)
        reader.is_held = False
        reader.save(update_fields=["is_held"])
    mark(member, kind="spheres.sphere", object_id=member.sphere_id, key=KEY, value=ACCEPTED)
    # From now on it is read where everybody reads it.
    record(member.journal_id, "accepted", charter, actor=member.pk, is_gone=True)
    if member.person_id:
        tell_person(member.person_id)


def _withdraw(charter: Charter, by: Membership) -> None:
    owing = list(Membership.objects.in_sphere(charter.sphere_id).owing().with_sphere())
    own = {member.journal_id: member for member in owing}
    for journal_id in sorted({charter.sphere.journal_id, *own}):
        if member := own.get(journal_id):
            _read_on(member, charter)
        else:
            record(journal_id, "withdrawn", charter, actor=by.pk, is_gone=True)


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` rows of a sphere that is erased."""
    return (
        erase_some_of(Acceptance.objects.filter(sphere=sphere), limit)
        or erase_some_of(Edition.objects.filter(sphere=sphere), limit)
        or erase_some_of(Charter.objects.filter(sphere=sphere), limit)
    )
