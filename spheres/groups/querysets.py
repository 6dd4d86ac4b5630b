"""The reads of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from uuid import UUID

    from spheres.models import Membership


class GroupQuerySet(SealedQuerySet[Any]):
    """Groups of a sphere."""

    def standing(self) -> GroupQuerySet:
        """Keep those that were not ended."""
        return self.select_related("sphere").filter(ended_at=None)

    def readable_by(self, membership: Membership) -> GroupQuerySet:
        """Keep those of a sphere that the membership reads."""
        readers = {"sphere__roll__readers__membership": membership, "sphere__roll__readers__until": None}
        return self.standing().filter(**readers)

    def under_lock(self, pk: UUID) -> Any:
        """Give one that stands, held until the commit, or None."""
        return self.standing().select_for_update(of=("self",), no_key=True).filter(pk=pk).first()


class PlaceQuerySet(SealedQuerySet[Any]):
    """Places in groups."""

    def whole(self) -> PlaceQuerySet:
        """Bring along who it is, and in which group."""
        return self.select_related("group", "membership", "sphere").filter(group__ended_at=None)

    def of(self, membership: Membership) -> PlaceQuerySet:
        """Keep those of one member."""
        return self.whole().filter(membership=membership)


GroupRows = SealedRows.from_queryset(GroupQuerySet)
PlaceRows = SealedRows.from_queryset(PlaceQuerySet)
