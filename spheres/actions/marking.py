"""What somebody keeps for themself."""

from __future__ import annotations

from collections.abc import Sequence
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
    if is_new:
        record(member.journal_id, "marked", mine)
    elif mine.value != value:
        mine.value = value
        mine.save(update_fields=["value"])
        record(member.journal_id, "marked", mine)
    result: Mine = mine
    return result


def mark_each(members: Sequence[Membership], *, kind: str, object_id: UUID, key: str, value: str) -> list[Mine]:
    """Keep the same for several who keep nothing under this key yet, as part of an action that tells each of them.

    Two queries, however many they are.
    """
    there = Mine.objects.filter(membership__in=members, kind=kind, object_id=object_id, key=key)
    known = set(there.values_list("membership", flat=True))
    new = [
        Mine(membership=one, sphere=one.sphere, kind=kind, object_id=object_id, key=key, value=value)
        for one in members
        if one.pk not in known
    ]
    made: list[Mine] = Mine.objects.bulk_create(new)
    return made
