"""The forms of an answer: JSON with the command's header, or a page that keeps what was typed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from accounts.identity import identity
from journal.commands import TRANSPORT_FIELDS, Command
from journal.errors import Conflict, Divergence, Stale, TooLarge, Unanswerable
from journal.forms import SHAPES, field_of, is_one_of_several, label_of, worded
from journal.ids import uuid7
from journal.models import Entry, Receipt
from spheres.models import Membership
from spheres.reading import reach, reach_of

HEADER = "Alveole-Command"
# Key of a request's ASGI scope: its body was larger than this many bytes, and dropped.
TOO_LARGE = "alveole.too_large"
# Asked for again by every form; never shown to be edited.
HIDDEN_FIELDS = frozenset({"id"})
RETRY_SECONDS = 3


def wants_json(request: HttpRequest) -> bool:
    """Whether the device asks, and not a browser without JavaScript."""
    return "application/json" in request.headers.get("Accept", "")


def accepted(request: HttpRequest, command: Command, receipt: Receipt | None, location: str) -> HttpResponse:
    """Say that it was done, with the changed row if it may still be read."""
    body = {
        "outcome": "accepted",
        "identity": identity(request),
        "records": _records(request, command, receipt),
        "location": location,
    }
    return JsonResponse(body, headers={HEADER: str(command.id)})


def _records(request: Any, command: Command, receipt: Receipt | None) -> list[dict[str, Any]]:
    if receipt is None or receipt.journal is None or receipt.object_id is None:
        return []
    membership: Membership | None = getattr(request, "membership", None)
    reading = reach([membership]) if membership else reach_of(request.user)
    # What was recorded just now need not be looked for; of an earlier command the thing is shown as it is now.
    just_now = [command.last] if command.last else None
    entries = just_now or Entry.objects.current().filter(
        journal=receipt.journal, kind=receipt.kind, object_id=receipt.object_id
    )
    return [row.wire() for row in reading.rows(entries)]


def unanswerable(request: HttpRequest, command: Command | None, error: Unanswerable) -> HttpResponse:
    """Say what is wrong; final for the device when the command was judged."""
    if wants_json(request):
        number = str(command.id) if command else _number_of_upload(request)
        return JsonResponse(_body(error, request), status=error.status, headers={HEADER: number} if number else {})
    return _page(request, error)


def _number_of_upload(request: HttpRequest) -> str:
    """Give the number of the command that a file is sent for: what cannot be sent ends the command too."""
    view = request.resolver_match.func if request.resolver_match else None
    return _named_command(request) if getattr(view, "is_upload", False) else ""


def _named_command(request: HttpRequest) -> str:
    try:
        return str(UUID(request.headers.get(HEADER, "")))
    except ValueError:
        return ""


def _body(error: Unanswerable, request: HttpRequest) -> dict[str, Any]:
    if isinstance(error, Stale):
        fields = {
            name: {"seen": one.seen, "theirs": one.theirs, "by": one.by, "at": one.at.isoformat()}
            | _in_words(request, name, one)
            for name, one in error.versions.items()
        }
        return {"outcome": "conflict", "sentence": error.sentence, "fields": fields}
    return {
        "outcome": "refused",
        "sentence": error.sentence,
        "fields": error.fields,
    }


def _in_words(request: HttpRequest, name: str, versions: Divergence) -> dict[str, Any]:
    """Say what a field is called on its form, and both versions as they are called there."""
    command = request.POST.get("_name", "")
    field = field_of(command, name)
    stored = getattr(field, "stored", None)
    if stored is not None:
        known_as: dict[str, str] = getattr(SHAPES[command], "known_as", {})
        mine = stored(request.POST.getlist(known_as.get(name, name)))
    else:
        mine = request.POST.get(name, "")
    words = {whose: worded(command, name, value) for whose, value in (("mine", mine), ("theirs", versions.theirs))}
    label = label_of(command, name) if is_one_of_several(command) else ""
    return {"label": label, "words": words | {"seen": worded(command, name, versions.seen)}}


def too_large(request: HttpRequest) -> HttpResponse:
    """Say that a request holds more than the site takes; final for the command that its header names.

    Whoever is signed in: no session could make it smaller, and only the device that holds the command asks so.
    """
    most = {"size": getattr(request, "scope", {}).get(TOO_LARGE, 0) // 1_000_000}
    error = TooLarge(
        _("This is too long to be sent at once (over %(size)d MB). Shorten it, or send it in several parts.") % most
    )
    if not wants_json(request):
        context = {"heading": _("Not accepted"), "sentence": error.sentence}
        return render(request, "sync/not_accepted.html", context, status=error.status)
    number = _named_command(request)
    return JsonResponse(_body(error, request), status=error.status, headers={HEADER: number} if number else {})


def other_identity(request: HttpRequest) -> HttpResponse:
    """Say that somebody else is signed in here; the words stay with whoever wrote them."""
    if wants_json(request):
        return JsonResponse({"outcome": "other-identity", "identity": identity(request)}, status=412)
    return render(request, "sync/other_identity.html", status=412)


def try_later(request: HttpRequest) -> HttpResponse:
    """Say that the site cannot write just now; never final, the device tries again."""
    error = Unanswerable(_("The site is busy. Your words are kept: try again in a moment."))
    error.status = 503
    response = (
        JsonResponse({"outcome": "later", "sentence": error.sentence}, status=503)
        if wants_json(request)
        else _page(request, error)
    )
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def away(request: HttpRequest) -> HttpResponse:
    """Say the same without asking the database for anything, not even who is signed in."""
    if wants_json(request):
        return try_later(request)
    page = loader.get_template("500.html").render()  # without what every other page is told
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_SECONDS)})


def _page(request: HttpRequest, error: Unanswerable) -> HttpResponse:
    posted = {name: values for name, values in request.POST.lists() if name not in TRANSPORT_FIELDS}
    # What was chosen and not written is sent again as it was, every one of it.
    several = [(name, value) for name, values in posted.items() if not _is_written(name, values) for value in values]
    hidden = {name: values[-1] for name, values in posted.items() if name.startswith("_") or name in HIDDEN_FIELDS}
    if isinstance(error, Stale):
        # What stands now is seen on this page: sending again means what it says.
        hidden |= {f"_seen_{name}": one.theirs for name, one in error.versions.items()}
    if isinstance(error, Conflict) and "id" in hidden:
        hidden["id"] = str(uuid7())
    # A refused command stays refused: trying again is a new one.
    hidden |= {"_command": str(uuid7()), "_identity": identity(request)}
    context = {
        "heading": _("Two versions") if isinstance(error, Stale) else _("Not accepted"),
        "sentence": error.sentence,
        "fields": error.fields,
        "conflicts": [
            {"versions": one, **_in_words(request, name, one)}
            for name, one in (error.versions.items() if isinstance(error, Stale) else ())
        ],
        "kept": [_kept(request, name, values[-1]) for name, values in posted.items() if _is_written(name, values)],
        "hidden": [*hidden.items(), *((name, value) for name, value in several if name not in hidden)],
        "action": request.get_full_path(),
    }
    return render(request, "sync/not_accepted.html", context, status=error.status)


def _kept(request: HttpRequest, name: str, value: str) -> dict[str, Any]:
    """Give a field as it is shown again: under its form's name, and to choose from what one could choose from."""
    command = request.POST.get("_name", "")
    choices = [(str(key), str(label)) for key, label in getattr(field_of(command, name), "choices", ())]
    return {"name": name, "value": value, "label": label_of(command, name) or name, "choices": choices}


def _is_written(name: str, values: list[str]) -> bool:
    """Whether a field holds somebody's own words, as against what they chose from a list or never saw."""
    if name.startswith("_") or name in HIDDEN_FIELDS or len(values) != 1:
        return False
    try:
        UUID(values[0])
    except ValueError:
        return True
    return False
