"""What a member hands over so that somebody comes in: told to whoever made it, and to those responsible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from journal import clock
from journal.ids import uuid7
from journal.kinds import Key, Kind
from spheres.models import Membership, Reader, Sphere


class HandedOver(models.Model):
    """A way into one sphere, made by a membership; its link is computed and stored nowhere (`proofs.py`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sphere = models.ForeignKey(Sphere, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    # A link names one; links of an earlier one let nobody in.
    generation = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)

    @property
    def journals(self) -> list[UUID]:
        """Give the journals that tell of it, in the order in which they are locked: its maker's own, and the desk."""
        return sorted({self.by.journal_id, self.sphere.desk_id})


H = TypeVar("H", bound=HandedOver)


def told_to(membership: Membership) -> Q:
    """Say which of them the membership reads of: its own, and at the desk all of the sphere."""
    journals = Reader.objects.open().filter(membership=membership).values("journal_id")
    return Q(sphere=membership.sphere_id) & (Q(by__journal__in=journals) | Q(sphere__desk__in=journals))


class HandedOverKind(Kind[H]):
    """The row of one: everything but its link."""

    is_standing = True

    def load(self, keys: Iterable[Key]) -> dict[Key, H]:
        """Find them in their maker's own journal and at the desk."""
        wanted = set(keys)
        found = self.things().filter(pk__in={object_id for _, object_id in wanted})
        known = {(journal, one.pk): one for one in found for journal in one.journals}
        return {key: one for key, one in known.items() if key in wanted}
