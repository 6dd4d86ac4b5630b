"""Pages for everybody, with or without account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from alveole.notices.models import Notice, Which
from alveole.notices.retention import TABLE


def _layout(request: HttpRequest) -> str:
    return "base.html" if request.user.is_authenticated else "entrance.html"


class OpenPage:
    """A page that is the same for everybody; a signed-in person's device keeps it."""

    def __init__(self, template: str, **constants: Any) -> None:
        self.template = template
        self.constants = constants

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Show the page: in the frame of whoever is signed in, else alone."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return render(request, self.template, self.shown() | {"layout": _layout(request)})

    def shell(self, request: HttpRequest, ids: dict[str, UUID]) -> str:
        """Render the page as a shell."""
        return render_to_string(self.template, self.shown() | {"layout": "base.html"}, request)

    def shown(self) -> dict[str, Any]:
        """Give what the page shows, in the reader's language."""
        return self.constants


kept = OpenPage("notices/kept.html", table=TABLE)


class NoticePage(OpenPage):
    """A notice in the reader's language, else in the one there is, else the sentence that there is none."""

    # Where there is a network, as it stands now.
    is_live = True

    def __init__(self, which: Which) -> None:
        super().__init__("notices/notice.html", which=which)

    def shown(self) -> dict[str, Any]:
        """Give the notice as it stands."""
        written = list(Notice.objects.written().filter(which=self.constants["which"]))
        own = (one for one in written if one.language == get_language())
        return self.constants | {"notice": next(own, next(iter(written), None))}
