"""Report and Part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from journal import clock
from journal.ids import uuid7
from spheres.seal import Sealed, SealedRows


class Report(Sealed):
    """What a stranger was told about the sphere when the site last asked itself; there is one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    checked_at = models.DateTimeField(default=clock.now)
    # It could not be made anew in time, and is not to be believed any more.
    is_old = models.BooleanField(default=False)
    # How many questions were put, each twice: to the site as it is, and to one without the sphere.
    asked = models.PositiveIntegerField()
    # How many pages everybody reads, as the settings of a public sphere say.
    open = models.PositiveIntegerField(default=0)
    # The lines, as in Part, of which an answer told something that the settings do not say.
    leaks = models.JSONField(default=list)

    objects: ClassVar[Any] = SealedRows()

    class Meta(Sealed.Meta):
        constraints = [models.UniqueConstraint(fields=["sphere"], name="report_one_each")]

    def __str__(self) -> str:
        return f"report of {self.sphere_id}"


class Part(Sealed):
    """What the addresses of one part of the site answered, since when they have answered so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The namespace of its addresses.
    name = models.CharField(max_length=40)
    since = models.DateTimeField(default=clock.now)
    # [{"method", "pattern", "answers": [{"who", "status", "size", "verdict", "differs": […]}]}]
    lines = models.JSONField(default=list)

    objects: ClassVar[Any] = SealedRows()

    class Meta(Sealed.Meta):
        constraints = [
            models.UniqueConstraint(fields=["sphere", "name"], name="part_one_each"),
            models.CheckConstraint(condition=~Q(name=""), name="part_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


def is_answered(line: Mapping[str, Any], verdict: str) -> bool:
    """Whether an answer to this line is judged so: "same", "anew", "open" or "told"."""
    return any(answer["verdict"] == verdict for answer in line["answers"])
