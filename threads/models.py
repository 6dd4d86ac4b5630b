"""Thread, and what a thing must have to be answered to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import UUID

from django.db import models

from journal.ids import uuid7
from journal.models import Journal
from spheres.models import Mine, Sphere
from spheres.seal import Sealed

if TYPE_CHECKING:
    from spheres.models import Membership


class Thread(Sealed):
    """What is answered to one thing, in that thing's journal; made with the first answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=64)
    object_id = models.UUIDField(unique=True)
    # How often each reaction stands; whose they are is told to each of them alone.
    tally = models.JSONField(default=dict)

    class Meta(Sealed.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    def count(self, reaction: str, by: int) -> None:
        """Count `by` more of a reaction; of none of them nothing is left, and of no reaction nothing is counted."""
        number = self.tally.get(reaction, 0) + by
        others = {name: stands for name, stands in self.tally.items() if name != reaction}
        self.tally = others | ({reaction: number} if reaction and number > 0 else {})


class Thing(Protocol):
    """What a thing of a feature has, to be answered to; `thread` is its own key to its thread."""

    pk: UUID
    sphere: Sphere
    author: Membership
    thread: Thread | None

    objects: ClassVar[Any]

    @property
    def journal_id(self) -> UUID:
        """Give the journal that it lies in."""

    def save(self, *, update_fields: list[str]) -> None:
        """Save these fields."""


def reaction_of(member: Membership, kind: str, thing: Thing) -> str:
    """Give the reaction of `member` to a thing, or nothing."""
    mine = Mine.objects.filter(membership=member, kind=kind, object_id=thing.pk, key=REACTION)
    return mine.values_list("value", flat=True).first() or ""


# The keys of what is mine about a thing.
REACTION = "reaction"
