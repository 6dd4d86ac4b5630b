"""A person's own language and zone on every page, and a session that lasts from its last use."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from journal import clock

View = Callable[[HttpRequest], HttpResponse]

RENEWED = "renewed_on"


class LastingSessionMiddleware(SessionMiddleware):
    """Takes the cookie back only where this very request ended the session."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Leave the cookie of a session that ended elsewhere.

        Somebody signs in beside an open tab: that tab may still ask with the old cookie, and an answer that took it
        back could arrive after the new one and sign them out again.
        """
        if request.session.is_empty() and not request.session.modified:
            patch_vary_headers(response, ("Cookie",))
            return response
        answered: HttpResponse = super().process_response(request, response)
        return answered


class PreferencesMiddleware:
    """Answers in the language and the zone that the signed-in person chose."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Open the person's language and zone around the request."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        _renew(request)
        with translation.override(request.user.language), timezone.override(_zone(request.user.zone)):
            request.LANGUAGE_CODE = translation.get_language() or request.user.language
            response = self.get_response(request)
        response.headers["Content-Language"] = request.LANGUAGE_CODE
        return response


def _renew(request: HttpRequest) -> None:
    # Its 400 days count from the last day of use: written once a day, so that reading stays reading.
    today = clock.now().date().isoformat()
    if request.session.get(RENEWED) != today:
        request.session[RENEWED] = today


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
