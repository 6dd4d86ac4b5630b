"""A command: one submitted form, named and versioned, with the identity it was made for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from journal.forms import SHAPES

if TYPE_CHECKING:
    from django.forms import Form

    from journal.models import Entry, Receipt

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)

# Never part of what a command says: they change with the session, not with the person's words.
TRANSPORT_FIELDS = frozenset({"csrfmiddlewaretoken", "_command", "_identity", "_said_at"})


@dataclass
class Command:
    """What the device asked for once; `receipt` is filled when it was answered, `last` if that was just now."""

    id: UUID
    name: str
    path: str
    user_id: UUID
    fingerprint: str
    receipt: Receipt | None = field(default=None, compare=False)
    # The entry recorded last.
    last: Entry | None = field(default=None, compare=False)


_current: ContextVar[Command | None] = ContextVar("journal.command", default=None)


@contextmanager
def commanded(command: Command) -> Iterator[None]:
    """Let the outermost action inside take `command`."""
    token = _current.set(command)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def beside_the_command() -> Iterator[None]:
    """Let what is done inside be no part of the open command: it neither takes it nor makes its receipt."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def take() -> Command | None:
    """Give the open command once; whoever asks next gets none."""
    command = _current.get()
    _current.set(None)
    return command


def fingerprint(request: HttpRequest, secret_fields: frozenset[str] = frozenset()) -> str:
    """Digest name, path, posted fields and files (SHA-256, hex), without transport and secret fields."""
    digest = hashlib.sha256()

    def add(*parts: str | bytes) -> None:
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8, "big") + data)

    add(request.get_full_path())
    for name in sorted(request.POST):
        if name not in TRANSPORT_FIELDS | secret_fields:
            add(name, *request.POST.getlist(name))
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            add(name, upload.name or "")
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    return digest.hexdigest()


View = Callable[Concatenate[R, P], HttpResponse]
V = TypeVar("V", bound=Callable[..., Any])


def accepts(
    *names: str,
    page: Any = None,
    online_only: str = "",
    secret_fields: frozenset[str] = frozenset(),
    form: type[Form] | None = None,
) -> Callable[[View[R, P]], View[R, P]]:
    """Declare the commands (`app.verb.version`) that a view takes; its POST takes no other and nothing unnamed.

    `page` is what a GET of the same address shows, if anything; `form` names the fields where they are shown again.
    """
    if form is not None:
        SHAPES.update(dict.fromkeys(names, form))

    def declare(view: View[R, P]) -> View[R, P]:
        @wraps(view)
        def posted(request: R, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if page is None:
                return HttpResponseNotAllowed(["POST"])
            shown: HttpResponse = page(request, *args, **kwargs)
            return shown

        declared: Any = posted  # a plain function: what is declared are its attributes
        declared.page = page
        declared.commands = names
        declared.online_only = online_only
        declared.secret_fields = secret_fields
        result: View[R, P] = declared
        return result

    return declare


def needs_network(reason: str) -> Callable[[V], V]:
    """Declare that a form which is no command cannot wait either: its answer is what matters."""

    def declare(view: V) -> V:
        declared: Any = view  # a plain function: what is declared is its attribute
        declared.online_only = reason
        return view

    return declare
