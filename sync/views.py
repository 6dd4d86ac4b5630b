"""The wire by HTTP: feed, shells, service worker, manifest."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from accounts.identity import identity
from accounts.pages import PlainPage
from spheres.context import build
from spheres.guests.icon import icon_of
from spheres.middleware import before_charter
from spheres.reading import reach_of
from sync import answers
from sync import shells as kept
from sync.feed import Asked, feed, wire
from sync.snapshots import LARGEST_NUMBER, Garbled, Position

logger = logging.getLogger(__name__)

MOST_CURSORS = 5_000
PRECACHED = ["build/app.js", "build/app.css", "img/icons.svg", "img/icon.svg"]

outbox = PlainPage("sync/outbox.html")


@csrf_exempt  # It changes nothing; the Origin is checked.
@require_POST
def feed_page(request: Any) -> HttpResponse:
    """Answer a device's cursors with one page of the feed."""
    if request.headers.get("Origin", settings.ALVEOLE_URL) != settings.ALVEOLE_URL:
        return JsonResponse({"sentence": _("This request comes from another site.")}, status=403)
    if not request.user.is_authenticated:
        return JsonResponse({"outcome": "signed-out"}, status=401)
    try:
        said = json.loads(request.body)
        asked, is_current = _asked(said), said.get("rows_version") == build()
        stated = said["identity"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return JsonResponse({"sentence": _("The device asked for something this site cannot read.")}, status=422)
    if stated != identity(request):
        return JsonResponse({"outcome": "other-identity", "identity": identity(request)}, status=412)
    reach = reach_of(request.user)
    # Rows of another version are all stale: everything is asked for anew.
    answer = feed(reach, asked if is_current else Asked(cursors={}, page=None))
    return JsonResponse(
        {
            "identity": identity(request),
            "app": settings.APP_VERSION,
            "rows_version": build(),
            "journals": {
                str(reader.journal_id): {
                    "sphere": str(reader.journal.scope) if reader.journal.scope else None,
                    "epoch": str(reader.journal.epoch),
                    "head": reader.journal.last_seq,
                }
                for reader in reach.readers.values()
            },
            **wire(answer),
        }
    )


def _asked(said: Any) -> Asked:
    cursors = said["cursors"]
    if not isinstance(cursors, dict) or len(cursors) > MOST_CURSORS:
        raise Garbled
    read = {}
    for journal, (epoch, seq) in cursors.items():
        if not isinstance(seq, int) or abs(seq) > LARGEST_NUMBER:
            raise Garbled
        read[UUID(journal)] = (UUID(epoch), seq)
    page = said.get("page")
    return Asked(cursors=read, page=Position.from_token(page) if page is not None else None)


class Shells(JsonResponse):
    """All shells: a device asks for them once in each version of the app."""

    # Of Brotli's 11: 30 ms for a tenth less than what suits every answer.
    packing_quality = 10


@before_charter
@require_GET
def shells(request: HttpRequest) -> HttpResponse:
    """Give the shells of all pages: of this sphere, or outside spheres."""
    if not request.user.is_authenticated:
        return JsonResponse({"outcome": "signed-out"}, status=401)
    return Shells(
        {
            "identity": identity(request),
            "app": settings.APP_VERSION,
            "language": get_language(),
            "shells": kept.shells(request),
        }
    )


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the worker with the list of what it keeps."""
    script = settings.STATIC_ROOT / "build" / "sw.js"
    said = {
        "app": settings.APP_VERSION,
        "assets": [static(name) for name in PRECACHED],
        "rows_version": build(),
    }
    text = f"self.ALVEOLE={json.dumps(said)};\n{script.read_text()}"
    return HttpResponse(text, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the app to a phone that installs it (W3C Web Application Manifest); to a guest, their own."""
    icons = [("img/icon-192.png", "192x192", "any"), ("img/icon-512.png", "512x512", "any maskable")]
    described = {
        "id": "/",
        "name": "Alvéole",
        "short_name": "Alvéole",
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#faf8f4",
        "icons": [
            {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in icons
        ],
        **(icon_of(request) or {}),
    }
    return JsonResponse(described, content_type="application/manifest+json")


@require_GET
@ensure_csrf_cookie
def token(request: HttpRequest) -> HttpResponse:
    """Give the browser its CSRF cookie again, for a device whose form was refused for want of one."""
    return HttpResponse(status=204)


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """Say that a page is not on this device; kept by it beforehand."""
    return render(request, "sync/offline.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is too old; never final for a device."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours; while the database is away, wherever it was missed, that this is for later."""
    error = sys.exc_info()[1]  # Django asks for this page while it handles the error
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    response = answers.away(request)
    logger.warning("The database does not answer: %s", type(error).__name__)
    response._has_been_logged = True  # type: ignore[attr-defined]  # else Django's traceback, for every request
    return response
