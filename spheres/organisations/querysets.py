"""The reads of holdings and offers; each begins at what a membership reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from spheres.seal import SealedQuerySet, SealedRows

if TYPE_CHECKING:
    from spheres.models import Membership


class OfferQuerySet(SealedQuerySet[Any]):
    """Offers of a hall."""

    def standing(self) -> OfferQuerySet:
        """Keep those of spheres that are known beyond their members."""
        return (
            self.select_related("sphere", "offered")
            .exclude(offered__known_to="members")
            .filter(offered__deleted_at=None)
        )

    def readable_by(self, membership: Membership) -> OfferQuerySet:
        """Keep those that the membership, in the hall, is told of."""
        readers = {"sphere__journal__readers__membership": membership, "sphere__journal__readers__until": None}
        return self.standing().filter(**readers)


class HoldingQuerySet(SealedQuerySet[Any]):
    """The spheres of an organisation, as its managers see them."""

    def whole(self) -> HoldingQuerySet:
        """Bring along the sphere and how many people are in it."""
        people = Q(held__memberships__ended_at=None) & ~Q(held__memberships__role="everybody")
        found: HoldingQuerySet = self.select_related("sphere", "held").annotate(
            size=Count("held__memberships", filter=people)
        )
        return found

    def readable_by(self, membership: Membership) -> HoldingQuerySet:
        """Keep those that the membership reads of at the desk of the hall."""
        readers = {"sphere__desk__readers__membership": membership, "sphere__desk__readers__until": None}
        return self.select_related("sphere", "held").filter(**readers)


HoldingRows = SealedRows.from_queryset(HoldingQuerySet)
OfferRows = SealedRows.from_queryset(OfferQuerySet)
