"""Keeping a thing for oneself."""

from __future__ import annotations

from journal.writing import action
from spheres.actions import mark
from spheres.models import Membership
from threads.models import BOOKMARK, Thing
from threads.subjects import subject_of


@action
def keep(member: Membership, thing: Thing, *, is_kept: bool = True) -> None:
    """Keep a thing among one's own, or no longer; told to nobody else, and also where nothing is written any more."""
    kind, value = subject_of(thing).kind, "yes" if is_kept else ""
    mark(member, kind=kind, object_id=thing.pk, key=BOOKMARK, value=value)
