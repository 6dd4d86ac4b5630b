"""Rows written past the actions, as the actions write them, and the question whether they hold together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, models
from django.db.models import Count, F, Max

from accounts.models import User
from journal.kinds import kind_of
from journal.models import Entry, Journal
from messaging.models import Conversation, Message
from spheres.models import Membership, Organisation, Reader, Sphere
from spheres.seal import across_all_spheres


class Crooked(Exception):
    """What was written is not what actions would have written."""


def ensure_whole() -> None:
    """Raise Crooked or IntegrityError unless numbers have no gap, keys hold and each message has its entry."""
    connection.check_constraints()
    numbered = Journal.objects.annotate(lines=Count("entry__seq"), highest=Max("entry__seq"))
    if crooked := numbered.exclude(lines=F("last_seq"), highest=F("last_seq")).count():
        raise Crooked(f"{crooked} journals have gaps.")
    listed = Entry.objects.current().filter(kind="messaging.message", is_gone=False).count()
    with across_all_spheres("a site that was written whole is counted whole"):
        standing = Message.objects.standing().count()
    if standing != listed:
        raise Crooked(f"{standing} messages stand, {listed} are listed.")


def entry(
    journal: Journal,
    verb: str,
    thing: models.Model,
    at: datetime,
    actor: UUID | None = None,
    *,
    before: Entry | None = None,
    is_gone: bool = False,
) -> Entry:
    """Make the line that `record()` would write, as the next number of the journal; `before` is superseded by it."""
    journal.last_seq += 1
    kind = kind_of(thing)
    if before is not None:
        before.superseded = True
    return Entry(
        journal_id=journal.pk,
        seq=journal.last_seq,
        first=journal.last_seq if before is None else before.first,
        kind=kind.name,
        object_id=thing.pk,
        parent_id=kind.parent(thing),
        verb=verb,
        actor=actor,
        at=at,
        is_gone=is_gone,
    )


# Parents first.
ORDER: list[type[models.Model]] = [
    User,
    Organisation,
    Journal,
    Sphere,
    Membership,
    Reader,
    Conversation,
    Message,
    Entry,
]


def insert(rows: Sequence[models.Model]) -> None:
    """Write rows of any of these models, table by table."""
    for model in ORDER:
        model._default_manager.bulk_create([row for row in rows if type(row) is model])
