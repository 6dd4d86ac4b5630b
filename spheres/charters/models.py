"""Charter, Edition and Acceptance."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from journal import clock
from journal.ids import uuid7
from spheres.charters.querysets import AcceptanceRows, CharterRows
from spheres.models import Membership
from spheres.seal import Sealed

LONGEST_CHARTER = 20_000


class Charter(Sealed):
    """What one agrees to in a sphere, as it stands; without text there is none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    text = models.TextField(blank=True)
    # The edition that stands, and which one it is.
    edition = models.UUIDField(default=uuid7)
    number = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = CharterRows()

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["sphere"], name="charter_one_for_a_sphere")]

    def __str__(self) -> str:
        return f"charter of {self.sphere_id}"


class Edition(Sealed):
    """A text as it was published once: what those agreed to who accepted it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    charter = models.ForeignKey(Charter, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    published_at = models.DateTimeField(default=clock.now)

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["charter", "number"], name="edition_one_of_a_number")]

    def __str__(self) -> str:
        return f"edition {self.number} of {self.charter_id}"


class Acceptance(Sealed):
    """That a member agreed to an edition, and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects: ClassVar[Any] = AcceptanceRows()

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["membership", "edition"], name="acceptance_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} accepts {self.edition_id}"
