"""The row of a key: its guest and their browsers, everything but the link."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from journal.kinds import Facts
from spheres.guests.models import Key
from spheres.handing import HandedOverKind


class KeyKind(HandedOverKind[Key]):
    """A key, told to whoever made it and to those responsible."""

    name = "guests.key"
    model = Key
    template = "guests/_key.html"

    def things(self) -> QuerySet[Key]:
        """Give the keys of those who are in."""
        return Key.objects.with_browsers().standing()

    def facts(self, thing: Key) -> Facts:
        """Give whose key it is, and how each of their browsers stands."""
        return {
            "author": str(thing.by_id),
            "by_name": thing.by.name,
            "guest": str(thing.membership_id),
            "name": thing.membership.name,
            "is_cut": thing.cut_at is not None,
            "is_outgrown": thing.is_outgrown,
            "url": reverse("guests:key", args=[thing.sphere.slug, thing.pk]),
            "browsers": [
                {
                    "name": browser.name,
                    "state": browser.state,
                    "came_at": browser.came_at.isoformat(timespec="seconds"),
                }
                for browser in thing.present
            ],
        }
