"""What the icon on a guest's home screen opens: their own link, and with it the sphere."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts.identity import identity
from spheres.agents import WHOSE
from spheres.guests.here import key_here
from spheres.guests.tokens import token_of


def icon_of(request: HttpRequest) -> dict[str, str] | None:
    """Give what a guest's manifest says otherwise than everybody's; None for whoever came by no link.

    On an iPhone an app of the home screen keeps cookies of its own: it begins at the link, whose button lets it in.
    """
    key = key_here(request)
    if key is None:
        return None
    # Their device then opens the icon without network too (static/device/held.js).
    whose = urlencode({WHOSE: identity(request)})
    start = reverse("guests:landing", args=[token_of(key)])
    name = key.sphere.name
    return {"id": f"/?{whose}", "name": name, "short_name": name, "start_url": f"{start}?{whose}"}
