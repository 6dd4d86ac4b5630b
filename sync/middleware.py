"""Commands: the identity is checked and the receipt looked up before anything else; answers take their form here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.identity import identity
from journal import receipts
from journal.commands import Command, commanded, fingerprint
from journal.errors import Invalid, Refused, Unanswerable
from journal.models import Receipt
from spheres.middleware import Barred
from sync import answers

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]
REDIRECTS = frozenset({301, 302, 303})


class CommandMiddleware:
    """Gives each command one answer: JSON for the device, a page for a browser without JavaScript."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer; only a judged command carries the header that makes an answer final."""
        request.command = None
        if getattr(request, "scope", {}).get(answers.TOO_LARGE):
            return answers.too_large(request)
        with ExitStack() as stack:
            request.command_stack = stack
            response = self.get_response(request)
        command: Command | None = request.command
        if command is None:
            return _of_upload(request, response)
        if response.status_code in REDIRECTS:
            if command.receipt is None:
                # A device erases what is accepted: only an action's receipt says so.
                raise RuntimeError(f"{command.name} was answered by no action.")
            location = response.headers["Location"]
            if answers.wants_json(request):
                return answers.accepted(request, command, command.receipt, location)
            response.status_code = 303
        elif isinstance(response, Barred):
            return answers.unanswerable(request, command, response.error)
        elif response.status_code == 404:
            gone = Refused(_("This is no longer here for you. Your words are kept on this device."))
            gone.status = 404
            return answers.unanswerable(request, command, gone)
        return response

    def process_view(self, request: Any, view: Any, args: list[Any], kwargs: dict[str, Any]) -> HttpResponse | None:
        """Check a command before its view, and before the sphere: someone since removed gets the stored answer."""
        if getattr(view, "is_upload", False):
            return _check_upload(request)
        names = getattr(view, "commands", None)
        if names is None or request.method != "POST":
            return None
        try:
            return self._check(request, names, view.secret_fields)
        except Unanswerable as error:
            return answers.unanswerable(request, request.command, error)

    def _check(self, request: Any, names: tuple[str, ...], secret_fields: frozenset[str]) -> HttpResponse | None:
        if not request.user.is_authenticated:
            if answers.wants_json(request):
                return JsonResponse({"outcome": "signed-out"}, status=401)
            return redirect("account_login")
        if request.POST.get("_identity") != identity(request):
            return answers.other_identity(request)
        command = Command(
            id=_command_id(request),
            name=request.POST.get("_name", ""),
            path=request.get_full_path(),
            user_id=request.user.pk,
            fingerprint=fingerprint(request, secret_fields),
        )
        request.command = command
        if command.name not in names:
            raise Invalid({}, _("This app and this site do not understand each other. Reload the page and try again."))
        receipt = receipts.stored(command)
        if receipt is not None:
            return _replay(request, command, receipt)
        request.command_stack.enter_context(commanded(command))
        return None

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        """Turn what can be wrong with a command into its sentence and status."""
        if isinstance(error, Unanswerable):
            return answers.unanswerable(request, request.command, error)
        if isinstance(error, receipts.AlreadyAnswered):
            return _replay(request, request.command, error.receipt)
        if isinstance(error, OperationalError) and request.command is not None:
            logger.warning("The database did not take a command: %s", error)
            return answers.try_later(request)
        return None


def _check_upload(request: Any) -> HttpResponse | None:
    """Let a file be sent by whoever the command is of that it belongs to, and no one else."""
    if not answers.wants_json(request):
        return None
    if not request.user.is_authenticated:
        return JsonResponse({"outcome": "signed-out"}, status=401)
    if request.method in {"POST", "PATCH", "DELETE"} and request.headers.get("Alveole-Identity") != identity(request):
        return answers.other_identity(request)
    return None


def _of_upload(request: Any, response: HttpResponse) -> HttpResponse:
    """Say of every answer about a file, also that there is none, that it is ours: a device believes no other."""
    view: Any = request.resolver_match.func if request.resolver_match else None
    if not getattr(view, "is_upload", False):
        return response
    if isinstance(response, Barred) and answers.wants_json(request):
        response = answers.unanswerable(request, None, response.error)
    for name, value in view.about.items():
        response.headers[name] = value
    return response


def _replay(request: HttpRequest, command: Command, receipt: Receipt) -> HttpResponse:
    # Whatever a first attempt recorded was undone.
    command.receipt, command.last = receipt, None
    if receipt.outcome == "refused":
        return answers.unanswerable(request, command, Refused(receipt.sentence))
    # Where it was posted, what it made is shown. Not redirect(): it would look for a view of this name first.
    return HttpResponseRedirect(command.path) if _shows_a_page(request) else redirect("spheres:home")


def _shows_a_page(request: HttpRequest) -> bool:
    match = request.resolver_match
    return getattr(match.func if match else None, "page", None) is not None


def _command_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("_command", ""))
    except ValueError:
        raise Invalid({}, _("This form has lost its number. Reload the page and try again.")) from None
