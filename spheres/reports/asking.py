"""One question as a browser puts it, and the answer of the whole site to it."""

from __future__ import annotations

import io
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.urls import reverse
from django.utils import translation

from accounts.identity import identity_of
from accounts.models import User
from journal.ids import uuid7
from spheres.context import build
from spheres.models import Sphere
from spheres.reports.querysets import journals_of, things_of
from spheres.reports.routes import GAP, Route, is_slug, routes

# Stands in a body for the identity of who asks.
WHO = "{who}"
# A browser's own secret against forged forms, in its cookie and beside what it sends.
TOKEN = "stranger" * 4
# A cookie is the asker's own, and the length is the body's.
NOT_COMPARED = {"Set-Cookie", "Content-Length"}
# A word of a page, or the whole of an attribute.
WORD = re.compile(rb'"[^"<>]*"|[^\s<>"]+')
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True)
class Question:
    """A request, but for who asks: `body` holds WHO where it says so itself."""

    route: Route
    method: str
    path: str
    body: str = ""
    type: str = FORM


@dataclass(frozen=True)
class Visitor:
    """Who asks, from where: with an account and a session, or nobody. No limit counts two runs together."""

    sphere_id: UUID
    person: User | None = None
    session_key: str = ""

    @property
    def identity(self) -> str:
        """Give the identity that their pages carry."""
        return identity_of(self.person) if self.person else ""

    @property
    def cookies(self) -> str:
        """Give what their browser keeps."""
        kept = f"{settings.CSRF_COOKIE_NAME}={TOKEN}"
        return f"{kept}; {settings.SESSION_COOKIE_NAME}={self.session_key}" if self.person else kept

    @property
    def address(self) -> str:
        """Give an address that is nobody's (RFC 3849)."""
        high, low = self.sphere_id.hex[-8:-4], self.sphere_id.hex[-4:]
        return f"2001:db8:{high}:{low}::1"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def location(self) -> str:
        """Say where it leads, if anywhere."""
        return dict(self.headers).get("Location", "")

    @property
    def whole(self) -> bytes:
        """Give all that was said."""
        return str(self.headers).encode() + self.body

    def unlike(self, other: Answer, ever_new: re.Pattern[bytes]) -> list[str]:
        """Name what two answers have not in common, but for what is `ever_new` in any page."""
        mine, theirs = (
            {"status": one.status, "headers": one.headers, "words": ever_new.sub(b"", one.body)}
            for one in (self, other)
        )
        return [name for name, value in mine.items() if value != theirs[name]]

    def shared_with(self, other: Answer, ever_new: re.Pattern[bytes]) -> Counter[bytes]:
        """Give the words and attributes that another answer to the same has too: what differs was drawn anew."""
        mine, theirs = (Counter(WORD.findall(ever_new.sub(b"", one.body))) for one in (self, other))
        return mine & theirs


def questions(sphere: Sphere) -> tuple[list[Question], list[UUID]]:
    """Give every question about a sphere, and the ids of it that they hold."""
    every = routes()
    things = things_of(sphere, {noun for route in every for noun in route.nouns})
    asked = []
    for route in every:
        path = _path(route, sphere, things)
        asked.append(Question(route, "GET", path))
        if route.is_of_something:
            said = {"_command": uuid7(), "_name": route.command, "_identity": WHO}
            asked.append(Question(route, "POST", path, urlencode(said, safe=WHO)))
        elif path == reverse("sync:feed"):
            asked.append(Question(route, "POST", path, _cursors(sphere), JSON))
    return asked, [*things.values()]


def _path(route: Route, sphere: Sphere, things: dict[str, UUID]) -> str:
    def fill(gap: re.Match[str]) -> str:
        if is_slug(gap[1], gap[2]):
            return sphere.slug
        # What the sphere has none of is asked for by the number of the sphere itself.
        return str(things.get(gap[2].removesuffix("_id"), sphere.pk))

    return "/" + GAP.sub(fill, route.pattern)


def _cursors(sphere: Sphere) -> str:
    """Write what a device asks for that was told the numbers of the sphere's journals."""
    cursors = {str(journal.pk): [str(journal.epoch), 0] for journal in journals_of(sphere)}
    with translation.override(settings.LANGUAGE_CODE):
        return json.dumps({"identity": WHO, "rows_version": build(), "cursors": cursors, "page": None})


def answer(question: Question, visitor: Visitor) -> Answer:
    """Ask the site. Whatever it writes is the caller's to undo."""
    request = WSGIRequest(_environ(question, visitor))
    request.is_replayed = True  # type: ignore[attr-defined]  # read where requests are counted and logged
    response = _site().get_response(request)
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]  # one has the one
    headers = {name: value for name, value in response.headers.items() if name not in NOT_COMPARED}
    return Answer(response.status_code, tuple(sorted(headers.items())), body)


@cache
def _site() -> WSGIHandler:
    return WSGIHandler()


def _environ(question: Question, visitor: Visitor) -> dict[str, object]:
    """Write the request as a server hands it on (PEP 3333)."""
    url = urlsplit(settings.ALVEOLE_URL)
    body = question.body.replace(WHO, visitor.identity).encode()
    return {
        "REQUEST_METHOD": question.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": question.path,
        "QUERY_STRING": "",
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or (443 if url.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": visitor.address,
        "CONTENT_TYPE": question.type,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": url.netloc,
        "HTTP_ORIGIN": settings.ALVEOLE_URL,
        "HTTP_REFERER": settings.ALVEOLE_URL + "/",
        "HTTP_ACCEPT": "text/html" if question.method == "GET" else JSON,
        "HTTP_ACCEPT_LANGUAGE": settings.LANGUAGE_CODE,
        "HTTP_COOKIE": visitor.cookies,
        "HTTP_X_CSRFTOKEN": TOKEN,
        "HTTP_ALVEOLE_IDENTITY": visitor.identity,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
