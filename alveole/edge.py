"""The edge: the headers of every answer, the one host, and whose origin is ours."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.http.request import split_domain_port
from django.utils.translation import gettext as _

View = Callable[[HttpRequest], HttpResponse]

LOOPBACK = {"127.0.0.1", "[::1]"}
HSTS_SECONDS = 365 * 24 * 3600

OTHER_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: browsers would then write "Origin: null" on forms, and CSRF could not be told from ours.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PERMISSIONS = (
    "camera=(self), microphone=(self), display-capture=(self), geolocation=(self), fullscreen=(self), "
    "accelerometer=(), gyroscope=(), magnetometer=(), midi=(), payment=(), usb=()"
)
# Nothing runs in these, wherever a browser shows them, so nothing asks for a permission; a first load has six of them.
NO_DOCUMENTS = frozenset({"application/json", "text/css", "text/javascript", "application/manifest+json"})


class EdgeMiddleware:
    """Outermost: refuses foreign hosts and gives every answer, errors and assets included, the same headers."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer by the site, if the request is for it."""
        response = _answer_for_another_host(request) or self.get_response(request)
        is_sign_in = request.path_info.startswith("/sign-in/")
        # A file that somebody sent has a stricter one of its own.
        response.headers.setdefault(
            "Content-Security-Policy", policy(tuple(settings.SIGN_IN_ORIGINS) if is_sign_in else ())
        )
        for name, value in OTHER_HEADERS.items():
            response.headers[name] = value
        if response.headers.get("Content-Type", "").partition(";")[0] not in NO_DOCUMENTS:
            response.headers["Permissions-Policy"] = PERMISSIONS
        if settings.IS_HTTPS:
            response.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
        response.headers.setdefault("Cache-Control", "private, no-store")
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


@cache
def policy(form_targets: tuple[str, ...] = ()) -> str:
    """Give the content security policy; `form_targets` are origins that forms may lead to beside ours."""
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": " ".join(["'self'", *_progress_bar_hash()]),
        "img-src": "'self' blob:",
        "media-src": "'self' blob:",  # blob: a voice message before it is sent
        "connect-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "form-action": " ".join(["'self'", *form_targets]),
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def _progress_bar_hash() -> list[str]:
    """Give the hash of the style that Turbo puts in for its progress bar, as written when the assets were built."""
    try:
        text = (settings.BUILD_DIR / "turbo-style-hash.txt").read_text(encoding="ascii").strip().strip("'")
    except FileNotFoundError:
        return []
    if not re.fullmatch(r"sha256-[A-Za-z0-9+/]{43}=", text):
        raise ValueError("build/turbo-style-hash.txt must hold sha256- and a digest in base64.")
    return [f"'{text}'"]


def _answer_for_another_host(request: HttpRequest) -> HttpResponse | None:
    if request.path_info.startswith("/health/"):
        return None  # whoever watches over a process calls it by its number
    try:
        host, _port = split_domain_port(request.get_host())
    except DisallowedHost:
        sentence = _("This site is reached at %(address)s.") % {"address": settings.ALVEOLE_URL}
        return HttpResponseBadRequest(sentence, content_type="text/plain; charset=utf-8")
    # One name for one site: cookies, passkeys and stores of 127.0.0.1 are not those of localhost.
    if host in LOOPBACK and host != settings.SITE_HOST and request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(settings.ALVEOLE_URL + request.get_full_path())
    return None


def is_our_origin(origin: str | None) -> bool:
    """Say whether an `Origin` header names this site (RFC 6454); ALVEOLE_URL is kept in the form of one."""
    return origin == settings.ALVEOLE_URL


def origin_of(scope: Mapping[str, Any]) -> str | None:
    """Give the `Origin` header of an ASGI connection; none if it has none, or several."""
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    return found[0] if len(found) == 1 else None
