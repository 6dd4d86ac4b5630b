"""The rows of charters."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.urls import reverse

from journal.kinds import Facts, Key, Kind
from spheres.charters.models import Acceptance, Charter
from spheres.models import Membership


class CharterKind(Kind[Charter]):
    """What one agrees to: in the sphere's journal, and in the own one of whoever is still to accept it."""

    name = "charters.charter"
    model = Charter
    template = "charters/_charter.html"
    is_standing = True

    def things(self) -> QuerySet[Charter]:
        """Give the charters that say something."""
        charters: QuerySet[Charter] = Charter.objects.standing()
        return charters

    def load(self, keys: Iterable[Key]) -> dict[Key, Charter]:
        """Find charters in their sphere's journal, and in the journals of those who owe them."""
        wanted = set(keys)
        charters = list(self.things().filter(pk__in={object_id for _, object_id in wanted}))
        found = {(charter.sphere.journal_id, charter.pk): charter for charter in charters}
        owing = Membership.objects.owing().filter(journal_id__in={journal for journal, _ in wanted})
        journals = list(owing.values_list("journal_id", "sphere_id"))
        for charter in charters:
            found |= {(journal, charter.pk): charter for journal, sphere in journals if sphere == charter.sphere_id}
        return {key: thing for key, thing in found.items() if key in wanted}

    def facts(self, thing: Charter) -> Facts:
        """Give the text, when it was published and where one accepts it."""
        return {
            "text": thing.text,
            "number": thing.number,
            "published_at": thing.published_at.isoformat(timespec="seconds"),
            "accept_url": reverse("charters:acceptance", args=[thing.sphere.slug, thing.edition]),
        }


class AcceptanceKind(Kind[Acceptance]):
    """Who agreed to what, and when: for those responsible, at the desk of the sphere."""

    name = "charters.acceptance"
    model = Acceptance
    template = "charters/_acceptance.html"
    journal = "sphere__desk_id"

    def things(self) -> QuerySet[Acceptance]:
        """Give the acceptances."""
        acceptances: QuerySet[Acceptance] = Acceptance.objects.whole()
        return acceptances

    def facts(self, thing: Acceptance) -> Facts:
        """Say who, which edition and when."""
        member = thing.membership
        return {
            "by": str(member.pk) if member.is_open else "",
            "by_name": member.name if member.is_open else "",
            "number": thing.edition.number,
            "at": thing.at.isoformat(timespec="seconds"),
        }
