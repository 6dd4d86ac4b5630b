"""`/s/<slug>/…`: finds your membership or answers 404; a stranger and a typo look the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import User
from spheres.models import Membership
from spheres.seal import inside

View = Callable[[HttpRequest], HttpResponse]


class MemberRequest(HttpRequest):
    """A request inside a sphere; holding its membership is the proof."""

    user: User
    membership: Membership


class PersonRequest(HttpRequest):
    """A request of a signed-in person outside spheres."""

    user: User


class SphereMiddleware:
    """Opens the sphere named by the address for the member who asks."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Close after the request what was opened for it."""
        with ExitStack() as opened:
            request.opened = opened
            return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: list[Any], kwargs: dict[str, Any]) -> HttpResponse | None:
        """Open the sphere; views get no slug. Raises Http404 for strangers and typos alike."""
        slug = kwargs.pop("slug", None)
        if slug is None:
            return None
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        membership = get_object_or_404(Membership.objects.of(request.user), sphere__slug=slug)
        request.membership = membership
        request.opened.enter_context(inside(membership.sphere))
        return None
