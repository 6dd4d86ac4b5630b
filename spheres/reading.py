"""What memberships read: entries through Readers, and their rows. Page, feed, hub and answers come by here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from journal import kinds, rows
from journal.kinds import Row
from journal.models import Entry, Journal
from spheres.models import EVERYBODY, Membership, Reader
from spheres.prepared import readers_of
from spheres.seal import across

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Reach:
    """What some memberships read: their open Readers by journal."""

    memberships: tuple[Membership, ...]
    readers: dict[UUID, Reader]

    @property
    def scopes(self) -> dict[UUID, UUID | None]:
        """Give the place of each journal."""
        return {journal: reader.journal.scope for journal, reader in self.readers.items()}

    @property
    def is_everybody(self) -> bool:
        """Whether it is what everybody reads, who is not in the sphere."""
        return [membership.role for membership in self.memberships] == [EVERYBODY]

    def journal(self, journal_id: UUID) -> Journal:
        """Give one of the journals, as it was when the reach was taken."""
        return self.readers[journal_id].journal

    def visible(self, kind: str | None = None) -> Q:
        """Say which entries (of one kind, where it is named) these readers see: arrived after `since`, or standing."""
        # The journals stand apart from what is asked of each: by them a database finds the rows, while an OR may
        # lead it through everything that was ever said in one.
        read = Q(journal_id__in=list(self.readers))
        standing = [kind.name for kind in kinds.kinds().values() if kind.is_standing]
        bounded = {journal: reader.since for journal, reader in self.readers.items() if reader.since}
        if not bounded or kind in standing:
            return read
        unbounded = [journal for journal in self.readers if journal not in bounded]
        seen = Q(journal_id__in=unbounded) if unbounded else Q()
        for journal, since in bounded.items():
            arrived = Q(first__gt=since)
            seen |= Q(journal_id=journal) & (arrived if kind else arrived | Q(kind__in=standing))
        return read & seen

    def sees(self, entry: Entry) -> bool:
        """Whether one entry is seen."""
        reader = self.readers.get(entry.journal_id)
        if reader is None:
            return False
        kind = kinds.kinds().get(entry.kind)
        return entry.first > reader.since or (kind is not None and kind.is_standing)

    def within(self, journal_id: UUID) -> Reach:
        """Narrow it to one journal: a thing's children lie where the thing lies."""
        return Reach(self.memberships, {journal_id: self.readers[journal_id]})

    def rows(self, entries: Iterable[Entry], language: str | None = None) -> list[Row]:
        """Render entries that these readers see."""
        seen = [entry for entry in entries if self.sees(entry)]
        if not seen:
            return []
        with across(self.memberships):
            if self.is_everybody:
                return rows.publicly(seen, self.scopes, language)
            departures = {journal: reader.journal.departures for journal, reader in self.readers.items()}
            return rows.render(seen, self.scopes, language, departures)


def reach(memberships: Sequence[Membership]) -> Reach:
    """Take what `memberships` read now (one query)."""
    one = len(memberships) == 1
    readers = readers_of(membership=memberships[0].pk) if one else Reader.objects.of(list(memberships))
    return Reach(tuple(memberships), {reader.journal_id: reader for reader in readers})


def reach_of(person: User) -> Reach:
    """Take what a person reads now in all their spheres (one query)."""
    readers = {
        reader.journal_id: reader for reader in Reader.objects.of_person(person).select_related("journal", "membership")
    }
    memberships = {reader.membership_id: reader.membership for reader in readers.values()}
    return Reach(tuple(memberships.values()), readers)


def one(reach: Reach, kind: str, object_id: UUID) -> Row | None:
    """Give the row of one thing, or None where these readers do not see it (or it is gone)."""
    standing = Entry.objects.current().filter(reach.visible(kind), kind=kind, object_id=object_id, is_gone=False)
    entry = standing.order_by("first").first()
    found = reach.rows([entry] if entry else [])
    return found[0] if found and not found[0].is_gone else None


def first_of(reach: Reach, object_id: UUID) -> int | None:
    """Give the number at which one thing arrived, or None where these readers do not see it."""
    seen = Entry.objects.current().filter(reach.visible(), object_id=object_id, is_gone=False)
    return seen.order_by("first").values_list("first", flat=True).first()


def newest(
    reach: Reach,
    kind: str,
    *,
    parent: UUID | None = None,
    before: int | None = None,
    limit: int = 30,
    only: Sequence[UUID] | None = None,
) -> list[Row]:
    """Give the newest `limit` rows of a kind (of `parent`, arrived before `before`, among `only`), oldest first."""
    entries = Entry.objects.listed(kind, parent).filter(reach.visible(kind))
    if before is not None:
        entries = entries.filter(first__lt=before)
    if only is not None:
        entries = entries.filter(object_id__in=only)
    # One thing can be told in several journals (a sphere in its own and in each member's): shown once.
    found = {row.id: row for row in reach.rows(entries[:limit]) if not row.is_gone}
    return sorted(found.values(), key=lambda row: (str(row.order) if isinstance(row.order, str) else "", row.first))
