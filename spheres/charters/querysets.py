"""The reads of charters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from spheres.models import Sphere


class CharterQuerySet(SealedQuerySet[Any]):
    """Charters: at most one in a sphere."""

    def standing(self) -> CharterQuerySet:
        """Keep those that say something."""
        return self.select_related("sphere").exclude(text="")

    def of(self, sphere: Sphere) -> Any:
        """Give the charter of a sphere, held until the commit, or None where there never was one."""
        return self.select_for_update(of=("self",)).filter(sphere=sphere).first()


class AcceptanceQuerySet(SealedQuerySet[Any]):
    """Acceptances."""

    def whole(self) -> AcceptanceQuerySet:
        """Bring along who accepted, and which edition."""
        return self.select_related("membership", "edition", "sphere")


CharterRows = SealedRows.from_queryset(CharterQuerySet)
AcceptanceRows = SealedRows.from_queryset(AcceptanceQuerySet)
