"""Telling people that they are called by name."""

from __future__ import annotations

from functools import partial

from journal.recording import record
from spheres.actions import mark_each
from spheres.models import Membership
from threads.mentions import Mentions, called_by
from threads.models import MENTION, Thing
from threads.subjects import Told, subject_of


def calls(author: Membership, thing: Thing, before: Mentions | None = None) -> list[Told]:
    """Give what is to be told to those whom the words of a thing call, and did not `before`: a mark of their own."""
    new = {name: who for name, who in thing.mentions.items() if name not in (before or {})}
    if not new:
        return []
    kind = subject_of(thing).kind
    # A group may be everybody of a large organisation.
    called = [one for one in called_by(author, thing, new) if one.pk != author.pk]
    made = mark_each(called, kind=kind, object_id=thing.pk, key=MENTION, value="yes")
    return [(one.membership.journal_id, partial(record, one.membership.journal_id, "marked", one)) for one in made]
