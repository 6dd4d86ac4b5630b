"""The rows of organisations."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from journal.kinds import Facts, Kind
from spheres.models import ReadBy
from spheres.organisations.models import Holding, Offer
from spheres.organisations.rules import BY_ONESELF


class HoldingKind(Kind[Holding]):
    """A sphere of the organisation by name and size: at the desk of the hall, for whoever manages it."""

    name = "organisations.holding"
    model = Holding
    template = "organisations/_holding.html"
    journal = "sphere__desk_id"
    is_standing = True

    def things(self) -> QuerySet[Holding]:
        """Give the spheres that the organisation has."""
        holdings: QuerySet[Holding] = Holding.objects.whole()
        return holdings

    def order(self, thing: Holding, first: int) -> int | str:
        """List by name."""
        return thing.held.name.casefold()

    def facts(self, thing: Holding) -> Facts:
        """Say what it is called, how large it is, and how one comes in."""
        held, ids = thing.held, [thing.sphere.slug, thing.pk]
        return {
            "name": held.name,
            "hue": held.hue,
            "shape": held.shape,
            "state": held.state,
            "size": thing.size,  # type: ignore[attr-defined]  # annotated
            "visit_url": reverse("organisations:visit", args=ids),
            "appointment_url": reverse("organisations:appointment", args=ids),
        }


class OfferKind(Kind[Offer]):
    """A sphere that the organisation knows of, with the way into it."""

    name = "organisations.offer"
    model = Offer
    template = "organisations/_offer.html"
    journal = "sphere__journal_id"
    is_standing = True

    def things(self) -> QuerySet[Offer]:
        """Give the offers of spheres that are still known beyond their members."""
        offers: QuerySet[Offer] = Offer.objects.standing()
        return offers

    def order(self, thing: Offer, first: int) -> int | str:
        """List by name."""
        return thing.offered.name.casefold()

    def facts(self, thing: Offer) -> Facts:
        """Say which sphere it is, and how one comes in."""
        offered = thing.offered
        return {
            "name": offered.name,
            "description": offered.description,
            "hue": offered.hue,
            "shape": offered.shape,
            "is_public": offered.read_by == ReadBy.EVERYBODY,
            "by_oneself": offered.is_living and offered.joining in BY_ONESELF,
            "is_archived": offered.archived_at is not None,
            "url": reverse("spheres:sphere", args=[offered.slug]),
            "entry_url": reverse("organisations:entry", args=[thing.sphere.slug, thing.pk]),
        }
