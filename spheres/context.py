"""What every page's body says to the device."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from accounts.identity import identity
from journal.version import rows_version
from spheres.pages import EVERYBODY, LiveList, is_public
from spheres.slots import Place, slots

ENTRANCE = "/sign-in/"
# What of the site's navigation is anything to somebody in one sphere.
FOR_GUESTS = ("sync:outbox", "accounts:me")


def build() -> str:
    """Name the version of stored rows in the language of this request."""
    return f"{rows_version()}-{get_language()}"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give `shell` and `sphere` to the templates; nothing of any object is in them."""
    membership = getattr(request, "membership", None)
    public = is_public(request)
    match = request.resolver_match
    page = getattr(request, "shell_of", "") or (match.view_name if match else "")
    # A page where identities change hands is for nobody: a document that lived for whoever is still signed in
    # would be replaced in the middle of the change.
    # So is a public page, the same for whoever is not in the sphere.
    person = "" if public or request.path.startswith(ENTRANCE) else identity(request)
    is_signed_in = bool(person)
    # To somebody with a direct link there is one sphere: no bar, no rail, and what they need stands in the strip.
    is_guest = is_signed_in and request.user.is_authenticated and not request.user.has_own_way
    slug = membership.sphere.slug if membership and not public else ""
    ways_in = [way for way_to in slots.ways_in if (way := way_to(membership.sphere))] if membership and public else []
    tools = _places(slots.tools, page, {"slug": slug}) if slug else []
    navigation = _places(slots.navigation, page, {}) if is_signed_in else []
    if is_guest:
        # What waits to be sent comes first, and is shown while something does.
        outbox, me = (next(place for place in navigation if place["name"] == name) for name in FOR_GUESTS)
        tools, navigation = [outbox, *tools, me], []
    return {
        "sphere": membership.sphere if membership else None,
        "shell": {
            "identity": person,
            "rows_version": build(),
            "app": settings.APP_VERSION,
            "sphere": str(membership.sphere_id) if membership else "",
            "me": str(membership.pk) if membership and not public else "",
            "role": membership.role if membership and not public else "",
            "begins": bool(membership and membership.begins),
            "owes_charter": bool(membership and membership.owes_charter and not hasattr(request, "shell_of")),
            "my_name": membership.name if membership else "",
            "page": page,
            "is_shell": hasattr(request, "shell_of"),
            "csrf_cookie": settings.CSRF_COOKIE_NAME,
            "is_guest": is_guest,
            "navigation": navigation,
            # The rail of a wide screen; filled by the device alone, as home is one tap away.
            "spheres": LiveList("spheres.sphere", order="asc", window=EVERYBODY) if is_signed_in else None,
            "tools": tools,
            "ways_in": ways_in,
        },
    }


def _places(places: list[Place], page: str, kwargs: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": place.url_name,
            "url": reverse(place.url_name, kwargs=kwargs),
            "label": place.label,
            "icon": place.icon,
            "current": page == place.url_name,
        }
        for place in sorted(places, key=lambda place: place.order)
    ]
