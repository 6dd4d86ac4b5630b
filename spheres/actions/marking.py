"""What somebody keeps for themself."""

from __future__ import annotations

from uuid import UUID

from journal.recording import record
from journal.writing import action
from spheres.models import Membership, Mine


@action
def mark(member: Membership, *, kind: str, object_id: UUID, key: str, value: str) -> Mine:
    """Keep something of mine about a thing; told to nobody else, not even as a number."""
    mine, is_new = Mine.objects.get_or_create(
        membership=member,
        kind=kind,
        object_id=object_id,
        key=key,
        defaults={"value": value, "sphere": member.sphere},
    )
    if is_new or mine.value != value:
        mine.value = value
        mine.save(update_fields=["value"])
        record(member.journal_id, "marked", mine)
    result: Mine = mine
    return result
