"""What every page's body says to the device."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from accounts.identity import identity
from journal.version import rows_version
from spheres.pages import EVERYBODY, LiveList
from spheres.slots import Place, slots

ENTRANCE = "/sign-in/"


def build() -> str:
    """Name the version of stored rows in the language of this request."""
    return f"{rows_version()}-{get_language()}"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give `shell` and `sphere` to the templates; nothing of any object is in them."""
    membership = getattr(request, "membership", None)
    match = request.resolver_match
    page = getattr(request, "shell_of", "") or (match.view_name if match else "")
    # A page where identities change hands is for nobody: a document that lived for whoever is still signed in
    # would be replaced in the middle of the change.
    person = "" if request.path.startswith(ENTRANCE) else identity(request)
    is_signed_in = bool(person)
    slug = membership.sphere.slug if membership else ""
    return {
        "sphere": membership.sphere if membership else None,
        "shell": {
            "identity": person,
            "rows_version": build(),
            "app": settings.APP_VERSION,
            "sphere": str(membership.sphere_id) if membership else "",
            "me": str(membership.pk) if membership else "",
            "role": membership.role if membership else "",
            "my_name": membership.name if membership else "",
            "page": page,
            "is_shell": hasattr(request, "shell_of"),
            "csrf_cookie": settings.CSRF_COOKIE_NAME,
            "navigation": _places(slots.navigation, page, {}) if is_signed_in else [],
            # The rail of a wide screen; filled by the device alone, as home is one tap away.
            "spheres": LiveList("spheres.sphere", order="asc", window=EVERYBODY) if is_signed_in else None,
            "tools": _places(slots.tools, page, {"slug": slug}) if slug else [],
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
