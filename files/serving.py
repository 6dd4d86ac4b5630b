"""Bytes on their way out: whole or a part (RFC 9110, section 14), a little at a time, into no browser's hands."""

from __future__ import annotations

import re
from asyncio import to_thread
from collections.abc import AsyncIterator, Iterator
from typing import IO

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header

from files import storing

PIECE = 128 * 1024
# Opened by itself a file is a document of nobody's: it runs nothing and reaches nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve(
    request: HttpRequest, *, stored: str, size: int, type: str, etag: str, name: str, is_shown: bool
) -> HttpResponseBase:
    """Answer with what is stored; `is_shown`: a browser may show it, else it saves it. 503 where the store is away."""
    headers = {
        "ETag": f'"{etag}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": POLICY,
        "Content-Disposition": content_disposition_header(not is_shown, name) or "inline",
    }
    if headers["ETag"] in (request.headers.get("If-None-Match") or ""):
        return HttpResponseNotModified(headers=headers)
    part = _part(request, size, headers["ETag"])
    if part is None:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    start, end = part
    if (start, end) != (0, size):
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    status = 206 if "Content-Range" in headers else 200
    if request.method == "HEAD":
        return HttpResponse(status=status, content_type=type, headers=headers)
    try:
        content = storing.reading(stored)
    except (storing.Away, FileNotFoundError):
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    pieces = _pieces(content, start, end)
    # A server that answers asynchronously would read the whole of a synchronous stream first.
    is_async = hasattr(request, "scope")
    sent = _later(pieces) if is_async else pieces
    response = StreamingHttpResponse(sent, status=status, content_type=type, headers=headers)
    response._resource_closers.append(content.close)  # type: ignore[attr-defined]  # as Django's own FileResponse does
    return response


def _part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Give the first byte and the one after the last that are asked for; None for a part that is not there.

    Several parts at once, or what is no range at all, are answered by the whole, as the standard allows.
    """
    said = RANGE.fullmatch(request.headers.get("Range") or "")
    if said is None or request.headers.get("If-Range", etag) != etag or said.groups() == ("", ""):
        return 0, size
    first, last = said.groups()
    if not first:
        return (max(0, size - int(last)), size) if int(last) and size else None
    end = min(int(last) + 1, size) if last else size
    return (int(first), end) if int(first) < end else None


def _pieces(content: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    content.seek(start)
    left = end - start
    while left and (piece := content.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


async def _later(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read in a thread, so that a slow disk holds up nobody else."""
    while piece := await to_thread(next, pieces, b""):
        yield piece
