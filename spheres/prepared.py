"""The reads that every request in a sphere begins with, prepared: each is the named chain that it says."""

from __future__ import annotations

from django.db.models import CharField, SlugField, UUIDField

from journal.prepared import Prepared, Slot
from spheres.models import Membership, Reader

PERSON, MEMBERSHIP = Slot("person", UUIDField()), Slot("membership", UUIDField())

membership_of = Prepared(
    lambda: Membership.objects.with_sphere().filter(
        person=PERSON, ended_at=None, sphere__slug=Slot("slug", SlugField())
    )
)
# By which whoever is not in it reads a public sphere: of the role EVERYBODY.
everybody_of = Prepared(
    lambda: Membership.objects.with_sphere().filter(
        role=Slot("role", CharField()),
        readers__until=None,
        sphere__read_by=Slot("read_by", CharField()),
        sphere__deleted_at=None,
        sphere__slug=Slot("slug", SlugField()),
    )
)
readers_of = Prepared(lambda: Reader.objects.open().filter(membership=MEMBERSHIP).select_related("journal"))
