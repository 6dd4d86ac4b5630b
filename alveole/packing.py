"""Pages and answers compressed on their way: rows repeat themselves, a feed shrinks to a fortieth."""

import secrets

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

PACKED = frozenset({"text/html", "application/json", "text/javascript", "application/manifest+json"})
# Best first: a fifth fewer bytes than gzip, which is for whoever does not know it.
CODINGS = ("br", "gzip")
SHORT = 200
# Of 11. Less work than Django's gzip for a page, as much for a feed; beyond 6 it is ten times that for 2 %.
QUALITY = 5
MOST_PADDING = 100


class PackingMiddleware(GZipMiddleware):
    """Compresses what we wrote as text, and nothing else: media is compressed already, and parts of it must stay parts.

    Whoever watches the line sees lengths, and could guess at secrets beside words of their own (BREACH): to either
    coding random bytes are added, inside of what is compressed, and CSRF tokens are masked anew in every page.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress a text that is long enough, as whoever asked likes it best."""
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if kind not in PACKED or response.has_header("Content-Encoding"):
            return response
        if isinstance(response, HttpResponse) and len(response.content) < SHORT:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        liked = understood(request.headers.get("Accept-Encoding", ""))
        # Nothing of ours is both text and a stream; Django's gzip would know how.
        if isinstance(response, HttpResponse) and liked[:1] == ["br"]:
            return _in_brotli(response)
        return super().process_response(request, response) if "gzip" in liked else response


def understood(header: str) -> list[str]:
    """Give which of our codings an `Accept-Encoding` allows, the best liked first (RFC 9110, 12.5.3)."""
    weights = {}
    for said in header.lower().split(","):
        name, *parameters = (part.strip() for part in said.split(";"))
        weights[name] = min((_weight(one) for one in parameters if one.startswith("q=")), default=1.0)
    liked = {coding: weights.get(coding, weights.get("*", 0.0)) for coding in CODINGS}
    return sorted((coding for coding in CODINGS if liked[coding] > 0), key=lambda coding: -liked[coding])


def _weight(parameter: str) -> float:
    try:
        return float(parameter.removeprefix("q="))
    except ValueError:
        return 0.0


def _in_brotli(response: HttpResponse) -> HttpResponse:
    compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=getattr(response, "packing_quality", QUALITY))
    parts = compressor.process(response.content), compressor.flush(), _padding(), compressor.finish()
    packed = b"".join(parts)
    if len(packed) >= len(response.content):
        return response
    response.content = packed
    response.headers["Content-Length"] = str(len(packed))
    response.headers["Content-Encoding"] = "br"
    etag = response.headers.get("ETag", "")
    if etag.startswith('"'):
        response.headers["ETag"] = f"W/{etag}"  # the same words, not the same bytes (RFC 9110, 8.8.1)
    return response


def _padding() -> bytes:
    """Make a block of metadata (RFC 7932, 9.2), which every reader of Brotli skips; it must begin at a whole byte.

    Bit by bit from the lowest: not the last block, "no length", reserved, "one byte says how many", that byte.
    """
    many = 1 + secrets.randbelow(MOST_PADDING)
    return (0b01_0_11_0 | (many - 1) << 6).to_bytes(2, "little") + bytes(many)
