"""The key by which the browser that asks is in."""

from __future__ import annotations

from django.http import HttpRequest

from spheres.guests.models import Browser, Key


def key_here(request: HttpRequest) -> Key | None:
    """Give the open key of this very session; None for a member, and for whoever is signed in otherwise."""
    if not request.user.is_authenticated or request.user.has_own_way:
        return None
    came = Browser.objects.with_key().of_session(request.session.session_key).first()
    return came.key if came and came.key.is_open and came.key.guest == request.user else None
