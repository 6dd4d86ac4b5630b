"""The reads of spheres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from spheres.models import Membership, Reader  # noqa: F401  # Reader is named in a base class


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, always found from the person or from the sphere."""

    def of(self, person: User) -> MembershipQuerySet:
        """Keep the open memberships of a person."""
        return self.with_sphere().filter(person=person, ended_at=None)

    def in_sphere(self, sphere_id: UUID) -> MembershipQuerySet:
        """Keep the open memberships of a sphere."""
        return self.filter(sphere_id=sphere_id, ended_at=None)

    def under_lock(self) -> MembershipQuerySet:
        """Hold them until the commit, and let keys to them be written meanwhile."""
        return self.select_for_update(of=("self",), no_key=True)

    def with_sphere(self) -> MembershipQuerySet:
        """Bring the sphere along."""
        return self.select_related("sphere")


class ReaderQuerySet(models.QuerySet["Reader"]):
    """Readers: the whole answer to who may read."""

    def open(self) -> ReaderQuerySet:
        """Keep those that read now."""
        return self.filter(until=None)

    def of(self, memberships: list[Membership]) -> ReaderQuerySet:
        """Keep what these memberships read now, with the journals."""
        return self.open().filter(membership__in=memberships).select_related("journal")

    def of_person(self, person: User) -> ReaderQuerySet:
        """Keep what a person reads now, in every sphere, with the journals."""
        return self.open().filter(membership__person=person, membership__ended_at=None).select_related("journal")
