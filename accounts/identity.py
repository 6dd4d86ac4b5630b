"""Who a page, a command, a feed and a socket are for: one opaque string, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from accounts.models import User


def identity_of(person: User) -> str:
    """Give the identity of a signed-in person; stores, shells and outboxes of two never meet."""
    return person.pk.hex


def identity(request: HttpRequest) -> str:
    """Give the request's identity, empty for a person who is not signed in."""
    return identity_of(request.user) if request.user.is_authenticated else ""
