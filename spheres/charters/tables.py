"""Who agreed to the charter, as a table to keep."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from spheres.charters.models import Acceptance
from spheres.models import Membership, Sphere

HEADS = (_("Name"), _("Role"), _("Edition"), _("Published"), _("Agreed"))


def accepted_by(sphere: Sphere) -> list[list[str]]:
    """Give each acceptance, the newest first, with its times (ISO 8601, UTC); then who is still to accept."""
    return [*_acceptances(), *_owing(sphere)]


def _acceptances() -> Iterator[list[str]]:
    for acceptance in Acceptance.objects.whole().order_by("-at", "-pk"):
        member, edition = acceptance.membership, acceptance.edition
        # Who left is nobody's to name any more.
        name = member.name if member.is_open else ""
        times = [one.isoformat(timespec="seconds") for one in (edition.published_at, acceptance.at)]
        yield [name, member.get_role_display(), str(edition.number), *times]


def _owing(sphere: Sphere) -> Iterator[list[str]]:
    for member in Membership.objects.in_sphere(sphere.pk).owing().order_by("name", "pk"):
        yield [member.name, member.get_role_display(), "", "", ""]
