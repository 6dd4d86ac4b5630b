"""The rows of spheres: the sphere itself, its members, and what is mine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from journal.kinds import Facts, Key, Kind
from spheres.models import HUES, Membership, Mine, Sphere
from spheres.types import settings_of

# Figures of a telephone number, its country's included.
LONGEST_NUMBER = 15


class SphereKind(Kind[Sphere]):
    """A sphere: heading of its pages, and a line of home through each membership's own journal."""

    name = "spheres.sphere"
    model = Sphere
    template = "spheres/_sphere.html"
    is_standing = True
    is_public = True
    for_template = frozenset(("logo",))

    def things(self) -> QuerySet[Sphere]:
        """Give the spheres."""
        return Sphere.objects.select_related("organisation")

    def load(self, keys: Iterable[Key]) -> dict[Key, Sphere]:
        """Find spheres in their own journal and in their open members'."""
        keys = list(keys)
        journals = [journal for journal, _ in keys]
        ids = [object_id for _, object_id in keys]
        found = {(sphere.journal_id, sphere.pk): sphere for sphere in self.things().filter(pk__in=ids)}
        # A deleted sphere is still there for those who can put it back.
        there = Q(sphere__deleted_at=None) | Q(role="administrator")
        members = Membership.objects.select_related("sphere__organisation").filter(
            there, journal_id__in=journals, sphere_id__in=ids, ended_at=None
        )
        found |= {(member.journal_id, member.sphere_id): member.sphere for member in members}
        return found

    def order(self, thing: Sphere, first: int) -> int | str:
        """List by name."""
        return thing.name.casefold()

    def facts(self, thing: Sphere) -> Facts:
        """Give the values by which a device shows and opens a sphere."""
        return settings_of(thing) | {
            "state": thing.state,
            "read_by": thing.read_by,
            "erased_at": thing.erased_at.isoformat(timespec="seconds") if thing.erased_at else "",
            "slug": thing.slug,
            "url": reverse("spheres:sphere", kwargs={"slug": thing.slug}),
            **shown_by(thing, "logo", thing.logo),
        }


class MemberKind(Kind[Membership]):
    """A member as everybody in the sphere sees them."""

    name = "spheres.member"
    model = Membership
    template = "spheres/_member.html"
    journal = "sphere__roll_id"
    is_standing = True
    for_template = frozenset(("initials", "hue", "url", "call_url", "mail_url"))

    def things(self) -> QuerySet[Membership]:
        """Give the memberships that have not ended."""
        return Membership.objects.with_sphere().filter(ended_at=None)

    def load(self, keys: Iterable[Key]) -> dict[Key, Membership]:
        """Find members on the roll of their sphere, and each in their own journal."""
        keys = list(keys)
        found = super().load(keys)
        own = self.things().filter(pk__in={pk for _, pk in keys}, journal_id__in={journal for journal, _ in keys})
        return found | {(member.journal_id, member.pk): member for member in own}

    def order(self, thing: Membership, first: int) -> int | str:
        """List by name."""
        return thing.name.casefold()

    def facts(self, thing: Membership) -> Facts:
        """Give the values that are patched into rows with this member's name."""
        return {
            # Whose row it is: a device tells by it what is one's own.
            "author": str(thing.pk),
            "name": thing.name,
            "title": thing.title,
            "telephone": thing.telephone,
            "email": thing.email,
            "how_to_reach": thing.how_to_reach,
            "call_url": call_url(thing.telephone),
            "mail_url": mail_url(thing.email),
            "role": thing.role,
            "is_manager": thing.is_manager,
            "begins": thing.begins,
            "is_named": "yes" if thing.is_named else "no",
            "initials": initials(thing.name),
            "hue": hue_of(thing.pk),
            "url": reverse("spheres:member", args=[thing.sphere.slug, thing.pk]),
            **shown_by(thing.sphere, "photo", thing.photo),
        }


class MineKind(Kind[Mine]):
    """Something of mine about a thing: facts only, shown as an attribute of the thing's row."""

    name = "spheres.mine"
    model = Mine
    template = ""
    journal = "membership__journal_id"

    def things(self) -> QuerySet[Mine]:
        """Give the marks of the open spheres."""
        marks: QuerySet[Mine] = Mine.objects.all()
        return marks

    def facts(self, thing: Mine) -> Facts:
        """Say what is marked, how and with what."""
        return {"on": str(thing.object_id), "key": thing.key, "value": thing.value}


def shown_by(sphere: Sphere, name: str, file_id: UUID | None) -> Facts:
    """Give the address of the small picture by which a member or a sphere is known, where there is one."""
    return {name: reverse("files:thumbnail", args=[sphere.slug, file_id])} if file_id else {}


def initials(name: str) -> str:
    """Give one or two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()]
    letters = [word[0] for word in (words[:1] + words[1:][-1:])]
    return "".join(letters).upper()


def call_url(telephone: str) -> str:
    """Give the link that dials a number (RFC 3966): its figures, without the zero that nobody dials from abroad.

    Nothing where there are more than a number has (E.164): they are several, and which one is not ours to say.
    """
    said = re.sub(r"^\D*00", "+", telephone)
    plus = "+" if "+" in said else ""
    if plus:
        said = re.sub(r"\(0", "(", said)
    figures = "".join(figure for figure in said if figure in "0123456789")
    return f"tel:{plus}{figures}" if 0 < len(figures) <= LONGEST_NUMBER else ""


def mail_url(email: str) -> str:
    """Give the link that writes to an address (RFC 6068), which may hold what means something in a link."""
    return f"mailto:{quote(email, safe='@')}" if email else ""


def hue_of(membership_id: UUID) -> str:
    """Give an avatar's hue, the same for ever."""
    return HUES[membership_id.int % len(HUES)]
