"""The rows of groups: everybody in the sphere sees them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from journal.kinds import Facts, Kind
from spheres.groups.models import Group, Place


class GroupKind(Kind[Group]):
    """A group: heading of its page, and a line of the sphere's groups."""

    name = "groups.group"
    model = Group
    template = "groups/_group.html"
    journal = "sphere__roll_id"
    is_standing = True

    def things(self) -> QuerySet[Group]:
        """Give the groups that were not ended."""
        groups: QuerySet[Group] = Group.objects.standing()
        return groups

    def order(self, thing: Group, first: int) -> int | str:
        """List by name."""
        return thing.name.casefold()

    def facts(self, thing: Group) -> Facts:
        """Say what it is called and what it may."""
        return {
            "name": thing.name,
            "begins": "on" if thing.begins else "",
            "url": reverse("groups:group", args=[thing.sphere.slug, thing.pk]),
        }


class PlaceKind(Kind[Place]):
    """Somebody in a group."""

    name = "groups.place"
    model = Place
    template = "groups/_place.html"
    journal = "sphere__roll_id"
    parent_kind = "groups.group"
    is_standing = True

    def things(self) -> QuerySet[Place]:
        """Give the places in groups that were not ended."""
        places: QuerySet[Place] = Place.objects.whole()
        return places

    def parent(self, thing: Place) -> UUID | None:
        """Lie in a group."""
        return thing.group_id

    def order(self, thing: Place, first: int) -> int | str:
        """List by name."""
        return thing.membership.name.casefold()

    def facts(self, thing: Place) -> Facts:
        """Say who it is."""
        member = thing.membership
        return {
            "member": str(member.pk),
            "name": member.name,
            "url": reverse("spheres:member", args=[thing.sphere.slug, member.pk]),
        }
