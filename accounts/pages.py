"""Pages of a signed-in person that hold no list: the same on the server and on the device."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string


class PlainPage:
    """A view of one template; `shell` is what a device keeps of it.

    `is_live`: it shows what only the server knows, so that a device asks the network first.
    """

    def __init__(self, template: str, *, is_live: bool = False) -> None:
        self.template = template
        self.is_live = is_live

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Show the page to a signed-in person."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        return render(request, self.template)

    def shell(self, request: HttpRequest, ids: dict[str, UUID]) -> str:
        """Render the page as a shell."""
        return render_to_string(self.template, {}, request)
