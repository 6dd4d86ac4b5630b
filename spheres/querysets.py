"""The reads of spheres."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models

from journal import clock
from journal.models import Entry

# How long a deleted sphere can be put back.
TO_CHANGE_ONES_MIND = timedelta(days=7)

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from journal.prepared import Slot
    from spheres.models import Membership, Reader, Sphere  # noqa: F401  # some are named in base classes


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, always found from the person or from the sphere."""

    def of(self, person: User) -> MembershipQuerySet:
        """Keep the open memberships of a person."""
        return self.with_sphere().filter(person=person, ended_at=None)

    def in_sphere(self, sphere_id: UUID) -> MembershipQuerySet:
        """Keep the open memberships of a sphere, of people."""
        return self.filter(sphere_id=sphere_id, ended_at=None).exclude(role="everybody")

    def told_to(self, membership: Membership) -> MembershipQuerySet:
        """Keep those of its sphere of whom a membership is told: all, or itself alone where a hall lists nobody."""
        from spheres.models import Reader  # noqa: PLC0415  # made of this module's querysets

        here = self.in_sphere(membership.sphere_id)
        if not membership.sphere.has_own_roll:
            return here
        reads = Reader.objects.open().filter(membership=membership, journal_id=membership.sphere.roll_id)
        return here.filter(models.Q(pk=membership.pk) | models.Exists(reads))

    def owing(self) -> MembershipQuerySet:
        """Keep those that have not accepted the charter of their sphere."""
        return self.filter(owes_charter=True, ended_at=None)

    def ever_in(self, sphere: Sphere) -> MembershipQuerySet:
        """Keep those that people have or had in a sphere."""
        return self.filter(sphere=sphere).exclude(role="everybody")

    def belonging(self) -> MembershipQuerySet:
        """Keep those that make somebody a part of the organisation: visitors and guests are not."""
        return self.exclude(role__in=["visitor", "guest"])

    def missing_in(self, sphere: Sphere) -> MembershipQuerySet:
        """Keep those of people who were never in `sphere`: who left it is not brought back."""
        return self.exclude(person=None).exclude(person__memberships__sphere=sphere)

    def also_in(self, sphere: Sphere) -> MembershipQuerySet:
        """Keep those of people who are in `sphere` too."""
        return self.filter(person__memberships__sphere=sphere, person__memberships__ended_at=None)

    def managing(self, hall: Sphere) -> MembershipQuerySet:
        """Keep those of a hall by which its organisation is managed."""
        return self.in_sphere(hall.pk).filter(role="administrator").exclude(person=None)

    def badged_without_managing(self, hall: Sphere) -> MembershipQuerySet:
        """Keep those that say of their person that they manage the organisation of `hall`, which they do no longer."""
        managers = self.model.objects.managing(hall).values("person")
        badged = self.with_sphere().filter(ended_at=None, is_manager=True, sphere__organisation=hall.organisation_id)
        return badged.exclude(person__in=managers)

    def posts_to_remove(self) -> MembershipQuerySet:
        """Keep those that ended, and whose posts are still to be removed."""
        return self.with_sphere().filter(posts="leaving")

    def under_lock(self) -> MembershipQuerySet:
        """Hold them until the commit, and let keys to them be written meanwhile."""
        return self.select_for_update(of=("self",), no_key=True)

    def hold_all_in(self, sphere_id: UUID) -> None:
        """Hold every open membership of a sphere until the commit, always in one order."""
        list(self.in_sphere(sphere_id).under_lock().order_by("pk").values_list("pk", flat=True))

    def with_sphere(self) -> MembershipQuerySet:
        """Bring the sphere along."""
        return self.select_related("sphere")


class SphereQuerySet(models.QuerySet["Sphere"]):
    """Spheres."""

    def of_everybody(self) -> SphereQuerySet:
        """Keep those that everybody of an organisation is brought into; its hall is where they come from."""
        return self.filter(joining="automatic", is_hall=False, archived_at=None, deleted_at=None)

    def known_beyond_their_members(self) -> SphereQuerySet:
        """Keep those that their organisation knows of."""
        return self.exclude(known_to="members").filter(deleted_at=None)

    def below_a_hall(self) -> SphereQuerySet:
        """Keep those of organisations that have a hall, and no hall itself."""
        halls = self.model.objects.filter(is_hall=True)
        return self.filter(is_hall=False, organisation__in=halls.values("organisation")).order_by("pk")

    def without_a_roll(self) -> SphereQuerySet:
        """Keep the halls that tell who is in them to everybody there, as they did before they had a roll."""
        return self.filter(is_hall=True, roll=models.F("journal")).order_by("pk")

    def of_another_name_than_their_organisation(self) -> SphereQuerySet:
        """Keep the halls that were renamed, or given another hue, before their organisation followed."""
        as_it = models.Q(name=models.F("organisation__name"), hue=models.F("organisation__hue"))
        return self.filter(is_hall=True).exclude(as_it).select_related("organisation").order_by("pk")

    def with_badges_in_vain(self) -> SphereQuerySet:
        """Keep the halls of organisations that somebody manages no longer who wears the badge of it."""
        members = self.model._meta.get_field("memberships").related_model._default_manager
        badged = members.filter(ended_at=None, is_manager=True)
        in_the_hall = members.filter(ended_at=None, role="administrator", sphere__is_hall=True)
        of_this = {"person": models.OuterRef("person"), "sphere__organisation": models.OuterRef("sphere__organisation")}
        in_vain = badged.exclude(models.Exists(in_the_hall.filter(**of_this)))
        return self.filter(is_hall=True, organisation__in=in_vain.values("sphere__organisation")).order_by("pk")

    def to_erase(self) -> SphereQuerySet:
        """Keep those that were deleted, and whose week is over."""
        return self.filter(deleted_at__lte=clock.now() - TO_CHANGE_ONES_MIND)

    def under_lock(self, pk: UUID) -> Sphere:
        """Give one as now stored, held until the commit: what is judged of it then holds."""
        return self.select_related("organisation").select_for_update(of=("self",), no_key=True).get(pk=pk)


class ReaderQuerySet(models.QuerySet["Reader"]):
    """Readers: the whole answer to who may read."""

    def open(self) -> ReaderQuerySet:
        """Keep those that read now."""
        return self.filter(until=None)

    def held(self) -> ReaderQuerySet:
        """Keep those that end once the charter is accepted, in the order in which journals are written."""
        return self.filter(is_held=True).order_by("journal_id")

    def open_or_held(self) -> ReaderQuerySet:
        """Keep those that read now, or will once the charter is accepted, in the order of journals."""
        return self.filter(models.Q(until=None) | models.Q(is_held=True)).order_by("journal_id")

    def of_desk(self, membership: Membership) -> ReaderQuerySet:
        """Keep that by which a membership reads the desk of its sphere."""
        return self.open().filter(membership=membership, journal_id=membership.sphere.desk_id)

    def of_everybody(self, sphere: Sphere) -> ReaderQuerySet:
        """Keep those by which everybody reads a public sphere."""
        return self.open().filter(membership__sphere=sphere, membership__role="everybody")

    def of(self, memberships: list[Membership]) -> ReaderQuerySet:
        """Keep what these memberships read now, with the journals."""
        return self.open().filter(membership__in=memberships).select_related("journal")

    def of_person(self, person: User | Slot) -> ReaderQuerySet:
        """Keep what a person reads now, in every sphere, with the journals."""
        return self.open().filter(membership__person=person, membership__ended_at=None).select_related("journal")


def was_removed(person: User, sphere_id: UUID) -> bool:
    """Whether somebody else ended the last membership that `person` had in the sphere."""
    from spheres.models import Membership  # noqa: PLC0415  # made of this module's querysets

    ended = Membership.objects.filter(person=person, sphere_id=sphere_id).exclude(ended_at=None)
    last = ended.order_by("-ended_at").first()
    return last is not None and was_ended_by_others(last)


def was_ended_by_others(membership: Membership) -> bool:
    """Whether whoever had this membership did not leave by themself."""
    left = Entry.objects.current().filter(journal_id=membership.journal_id, verb="left")
    return left.exclude(actor=membership.pk).exists()
