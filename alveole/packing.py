"""Pages and answers compressed on their way: rows repeat themselves, a feed shrinks to a fifteenth."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

PACKED = frozenset({"text/html", "application/json", "text/javascript", "application/manifest+json"})


class PackingMiddleware(GZipMiddleware):
    """Compresses what we wrote as text, and nothing else: media is compressed already, and parts of it must stay parts.

    Django adds random bytes to hide lengths (BREACH), and its CSRF tokens are masked anew in every page.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a text that is long enough, for who understands it."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return super().process_response(request, response) if kind in PACKED else response
