"""The reads of portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from spheres.models import EVERYBODY, Membership
from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from files.models import File


class PortraitQuerySet(SealedQuerySet[Any]):
    """Portraits."""

    def showing(self, of: Membership | None) -> PortraitQuerySet:
        """Keep those of a member, or of the open sphere itself, with their files."""
        return self.filter(membership=of).select_related("file")

    def waiting_for(self, file: File) -> PortraitQuerySet:
        """Keep the one that is to be shown once its file is ready."""
        return self.filter(file=file.pk, is_shown=False).select_related("membership__sphere")


def shows_file(membership: Membership, file_id: UUID) -> bool:
    """Whether a file is the logo of the sphere, or the photo of somebody of whom the membership is told."""
    from files.portraits.models import Portrait  # noqa: PLC0415  # made of this module's querysets

    portrait = Portrait.objects.filter(file=file_id, is_shown=True).first()
    if portrait is None or portrait.membership_id is None:
        return portrait is not None
    # Who reads what everybody does sees no faces, named or not.
    is_member = membership.role != EVERYBODY
    return is_member and Membership.objects.told_to(membership).filter(pk=portrait.membership_id).exists()


PortraitRows = SealedRows.from_queryset(PortraitQuerySet)
