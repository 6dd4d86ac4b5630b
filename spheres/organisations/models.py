"""Holding and Offer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from journal.ids import uuid7
from spheres.models import Sphere
from spheres.organisations.querysets import HoldingRows, OfferRows
from spheres.seal import Sealed


class Holding(Sealed):
    """A sphere of the organisation, as whoever manages it sees it: by name and size; `sphere` is the hall."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    held = models.OneToOneField(Sphere, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = HoldingRows()

    class Meta(Sealed.Meta):
        pass

    def __str__(self) -> str:
        return f"holding of {self.held_id}"


class Offer(Sealed):
    """A sphere that the organisation knows of, as everybody in the hall sees it; `sphere` is the hall."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offered = models.OneToOneField(Sphere, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = OfferRows()

    class Meta(Sealed.Meta):
        pass

    def __str__(self) -> str:
        return f"offer of {self.offered_id}"
