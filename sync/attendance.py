"""Who a socket is for and what it reads: asked at the start and whenever that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils import translation

from accounts.identity import identity_of
from accounts.sessions import person_of
from journal.prepared import PreparedValues
from spheres.context import build
from spheres.models import Reader
from spheres.prepared import PERSON


@dataclass(frozen=True, slots=True)
class Attending:
    """One journal that a socket reads."""

    membership_id: UUID
    since: int


@dataclass(slots=True)
class Attendance:
    """What a socket's session allows now."""

    user_id: UUID
    identity: str
    language: str
    rows_version: str
    readers: dict[UUID, Attending] = field(default_factory=dict)
    heads: dict[UUID, tuple[UUID, int]] = field(default_factory=dict)

    def behind(self, cursors: Mapping[UUID, tuple[UUID, int]]) -> list[UUID]:
        """Name the journals whose head is not where the device is, and those that it must no longer hold."""
        moved = [journal for journal, head in self.heads.items() if cursors.get(journal) != head]
        return moved + [journal for journal in cursors if journal not in self.heads]


# Values, not instances: a tab costs little more than its journals, and many come back at once.
_reading = PreparedValues(
    lambda: Reader.objects.of_person(PERSON).values_list(
        "journal_id", "membership_id", "since", "journal__epoch", "journal__last_seq"
    )
)

NOBODY = Attendance(user_id=UUID(int=0), identity="", language="", rows_version="")


def attend(session_key: str) -> Attendance | None:
    """Read who the session belongs to and what they read; None once it ended."""
    person = person_of(session_key) if session_key else None
    if person is None:
        return None
    readers, heads = {}, {}
    for journal, membership, since, epoch, head in _reading(person=person.pk):
        readers[journal] = Attending(membership, since)
        heads[journal] = (epoch, head)
    language = person.language if person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        version = build()
    return Attendance(
        user_id=person.pk,
        identity=identity_of(person),
        language=language,
        rows_version=version,
        readers=readers,
        heads=heads,
    )
