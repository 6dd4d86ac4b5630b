"""What tests of charters do and ask."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from spheres.charters.actions import accept, publish_charter
from spheres.charters.models import Edition
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast
from tests.sync.device import Device

Browse = Callable[[Membership | None], Client]
TEXT = "On se parle gentiment."


def publish(cast: Cast, text: str = TEXT, *, seen: str = "", by: Membership | None = None) -> None:
    with inside(cast.sphere):
        publish_charter(by or cast.alice, text=text, seen=seen)
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()


def edition(cast: Cast) -> Edition:
    """Give the edition that stands."""
    with inside(cast.sphere):
        found: Edition = Edition.objects.select_related("charter__sphere").order_by("-number")[0]
        return found


def agree(cast: Cast, member: Membership) -> None:
    with inside(cast.sphere):
        accept(member, edition(cast))
    member.refresh_from_db()


def home(cast: Cast) -> str:
    return f"/s/{cast.sphere.slug}/"


def agrees(client: Client, cast: Cast, member: Membership, read: Edition | None = None) -> Response:
    """Tap the button."""
    path = f"{home(cast)}charter/{(read or edition(cast)).pk}/acceptance/"
    return post(client, path, fields(member, "charters.accept.1"))


def kinds_of(member: Membership, browse: Browse) -> set[str]:
    """Name what a member's device holds of the sphere."""
    held = Device(browse(member), member).pull().shown.values()
    return {row["k"] for row in held if row["s"] == str(member.sphere_id)}


def mark_of(member: Membership, browse: Browse) -> str:
    """Give what a member's device knows of the charter."""
    held = Device(browse(member), member).pull().shown.values()
    marks = [row["facts"] for row in held if row["k"] == "spheres.mine"]
    return next((mark["value"] for mark in marks if mark["key"] == "charter"), "")
