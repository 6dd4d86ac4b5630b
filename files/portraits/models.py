"""Portrait."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from files.models import File
from files.portraits.querysets import PortraitRows
from journal.ids import uuid7
from spheres.models import Membership
from spheres.seal import Sealed


class Portrait(Sealed):
    """A picture that shows a member, or without one the sphere; one at a time, and one more while it is prepared."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")
    # Where a sphere is erased its files are, and take this along.
    file = models.OneToOneField(File, on_delete=models.CASCADE, related_name="+")
    is_shown = models.BooleanField(default=False)

    objects: ClassVar[Any] = PortraitRows()

    class Meta(Sealed.Meta):
        constraints = [
            models.UniqueConstraint(fields=["membership", "is_shown"], name="portrait_one_of_member"),
            models.UniqueConstraint(
                fields=["sphere", "is_shown"], condition=Q(membership=None), name="portrait_one_of_sphere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} of {self.membership_id or self.sphere_id}"
