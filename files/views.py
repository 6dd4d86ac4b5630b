"""Files come and go: resumable uploads, and their content to whoever reads what shows them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from files import actions, storing, tus
from files.models import LARGEST_CHUNK, Blob, File, Rendition, State
from files.nature import SHOWN
from files.serving import serve
from spheres.middleware import MemberRequest

View = Callable[..., HttpResponseBase]


def _upload(view: View) -> View:
    """Let the device send here: sync/middleware.py answers it in its own way, and every answer says what we speak."""

    @wraps(view)
    def spoken(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except storing.Away:
            return HttpResponse(status=503, headers={"Retry-After": "10"})

    declared: Any = spoken  # a plain function: what is declared is its attribute
    declared.is_upload = True
    declared.about = tus.ABOUT
    result: View = declared
    return result


@_upload
@require_http_methods(["OPTIONS", "GET", "HEAD", "POST"])
def uploads(request: MemberRequest) -> HttpResponseBase:
    """Announce a file; say what is understood."""
    if request.method != "POST":
        return HttpResponse(headers=tus.WHAT_WE_DO)
    said = tus.metadata(request.headers.get("Upload-Metadata"))
    size, number = tus.number(request.headers.get("Upload-Length")), tus.identifier(said.get("id"))
    if size is None or number is None:
        return HttpResponse(status=400)
    name = tus.name_of(said.get("filename", ""))
    file = actions.announce(request.membership, id=number, size=size, name=name)
    headers = {"Location": reverse("files:upload", args=[request.membership.sphere.slug, file.pk])}
    return HttpResponse(status=201, headers=headers)


@_upload
@require_http_methods(["GET", "HEAD", "PATCH", "DELETE"])
def upload(request: MemberRequest, file_id: UUID) -> HttpResponseBase:
    """Say how much of a file has come, take the next part, or let go of it."""
    file: File = get_object_or_404(File.objects.sent_by(request.membership), pk=file_id)
    if request.method == "DELETE":
        actions.give_up(request.membership, file)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        return _take(request, file)
    return HttpResponse(headers={"Upload-Offset": str(file.received), "Upload-Length": str(file.size)})


def _take(request: MemberRequest, file: File) -> HttpResponseBase:
    offset = tus.number(request.headers.get("Upload-Offset"))
    if request.content_type != tus.PART or offset is None:
        return HttpResponse(status=415)
    part = request.body
    if not part or len(part) > LARGEST_CHUNK:
        return HttpResponse(status=400)
    if offset != file.received:  # seen before anything is stored; judged again under the lock
        return HttpResponse(status=409, headers={"Upload-Offset": str(file.received)})
    stored = actions.begin("chunks", file.sphere_id)
    storing.keep(stored, part)
    try:
        received = actions.receive(request.membership, file, offset=offset, size=len(part), stored=stored)
    except actions.Misplaced as error:
        return HttpResponse(status=409, headers={"Upload-Offset": str(error.received)})
    return HttpResponse(status=204, headers={"Upload-Offset": str(received)})


def _public(view: View) -> View:
    declared: Any = view  # a plain function: what is declared is its attribute
    declared.public = "what a public page shows"
    result: View = declared
    return result


@_public
@require_safe
def original(request: MemberRequest, file_id: UUID) -> HttpResponseBase:
    """Give a file to be saved, or shown where no browser can be harmed by it."""
    file, blob = _readable(request, file_id)
    return serve(
        request,
        stored=blob.stored,
        size=blob.size,
        type=blob.type,
        etag=blob.stored.rpartition("/")[2],
        name=file.shown_name,
        is_shown=blob.type in SHOWN,
    )


@_public
@require_safe
def thumbnail(request: MemberRequest, file_id: UUID) -> HttpResponseBase:
    """Give the small picture of a list."""
    return _rendition(request, file_id, "thumbnail")


@_public
@require_safe
def preview(request: MemberRequest, file_id: UUID) -> HttpResponseBase:
    """Give the picture that fills a screen."""
    return _rendition(request, file_id, "preview")


def _rendition(request: MemberRequest, file_id: UUID, name: str) -> HttpResponseBase:
    file, blob = _readable(request, file_id)
    found: Rendition = get_object_or_404(Rendition.objects.filter(blob=blob, name=name))
    return serve(
        request,
        stored=found.stored,
        size=found.size,
        type=found.type,
        etag=found.stored.rpartition("/")[2],
        name=file.shown_name,
        is_shown=True,
    )


def _readable(request: MemberRequest, file_id: UUID) -> tuple[File, Blob]:
    file: File | None = File.objects.readable_by(request.membership, file_id).filter(state=State.READY).first()
    if file is None or file.blob is None:
        raise Http404
    return file, file.blob
