"""Group and Place."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from journal import clock
from journal.ids import uuid7
from spheres.groups.querysets import GroupRows, PlaceRows
from spheres.models import Membership
from spheres.seal import Sealed


class Group(Sealed):
    """Some members of a sphere under one name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    # Whoever is in it begins things where only those responsible and the publishers do.
    begins = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = GroupRows()

    class Meta(Sealed.Meta):
        constraints = [
            models.UniqueConstraint(fields=["sphere", "name"], condition=Q(ended_at=None), name="group_one_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name


class Place(Sealed):
    """That a member is in a group."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[Any] = PlaceRows()

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["group", "membership"], name="place_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} in {self.group_id}"
