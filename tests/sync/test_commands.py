"""The door of commands: nothing is called done that no action did, and what is too large is refused by its number."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings as site
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client
from django.urls import include, path
from pytest_django import Settings

from alveole.asgi import ThreadedHandler
from alveole.edge import OTHER_HEADERS
from journal.commands import accepts
from journal.ids import uuid7
from spheres.models import Membership
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.live import Visitor


@accepts("tests.forget.1")
def forgetful(_request: HttpRequest) -> HttpResponse:
    """Redirect as if something had been done."""
    return redirect("spheres:home")


urlpatterns = [path("forgetful/", forgetful), path("", include("alveole.urls"))]


@pytest.mark.parametrize("device", [True, False], ids=["device", "browser"])
def test_what_no_action_did_is_never_called_done(
    cast: Cast, browse: Callable[[Membership | None], Client], settings: Settings, device: bool
) -> None:
    """A device would erase the words, so a view that forgot its action is an error and not an answer."""
    settings.ROOT_URLCONF = __name__
    bob, said = browse(cast.bob), fields(cast.bob, "tests.forget.1")
    with pytest.raises(RuntimeError, match=r"tests\.forget\.1 was answered by no action"):
        post(bob, "/forgetful/", said, device=device)
    bob.raise_request_exception = False
    answer = post(bob, "/forgetful/", said, device=device)
    assert answer.status_code == 500
    assert "Alveole-Command" not in answer


LIMIT = 2 * 1024 * 1024
DEVICE = {"accept": "application/json"}
Visit = Callable[[Membership], Visitor]


def send(visitor: Visitor, cast: Cast, body: bytes | Iterator[bytes], **headers: str) -> httpx.Response:
    """Post as a form what may be none."""
    path = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/messages/"
    kind = {"content-type": "application/x-www-form-urlencoded", "origin": visitor.url}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return visitor.http.post(path, content=body, headers={**kind, **named}, timeout=60)


def test_a_command_larger_than_any_form_is_refused_by_its_number(cast: Cast, visit: Visit) -> None:
    assert site.DATA_UPLOAD_MAX_MEMORY_SIZE == LIMIT
    bob, command = visit(cast.bob), str(uuid7())
    answer = send(bob, cast, b"x" * (LIMIT + 1), alveole_command=command, **DEVICE)
    assert (answer.status_code, answer.headers["Alveole-Command"]) == (413, command)
    assert answer.json() == {
        "outcome": "refused",
        "sentence": "This is too long to be sent at once (over 2 MB). Shorten it, or send it in several parts.",
        "fields": {},
    }
    assert {name: answer.headers[name] for name in OTHER_HEADERS} == OTHER_HEADERS
    # One byte less is read, and judged as any other: this one has no token.
    assert send(bob, cast, b"x" * LIMIT, alveole_command=command, **DEVICE).status_code == 403


def test_it_is_refused_in_the_persons_language_and_whoever_is_signed_in(cast: Cast, visit: Visit) -> None:
    assert cast.bob.person is not None
    cast.bob.person.language = "fr"
    cast.bob.person.save()
    bob, command = visit(cast.bob), str(uuid7())
    sentence = send(bob, cast, b"x" * (LIMIT + 1), alveole_command=command, **DEVICE).json()["sentence"]
    assert "trop long" in sentence
    bob.http.cookies.clear()
    answer = send(bob, cast, b"x" * (LIMIT + 1), alveole_command=command, **DEVICE)
    assert (answer.status_code, answer.headers["Alveole-Command"]) == (413, command)


@pytest.mark.parametrize("named", [{}, {"alveole_command": "not a number"}])
def test_what_names_no_command_is_final_for_none(cast: Cast, visit: Visit, named: dict[str, str]) -> None:
    answer = send(visit(cast.bob), cast, b"x" * (LIMIT + 1), **DEVICE, **named)
    assert answer.status_code == 413
    assert "Alveole-Command" not in answer.headers


def test_a_browser_without_javascript_gets_a_page(cast: Cast, visit: Visit) -> None:
    answer = send(visit(cast.bob), cast, b"body=" + b"x" * LIMIT, accept="text/html")
    assert answer.status_code == 413
    assert "go one page back" in answer.text
    assert "Send again" not in answer.text


@pytest.mark.parametrize("where", ["signed in", "a stranger", "outside spheres"])
def test_only_the_forms_of_members_may_bring_files(cast: Cast, visit: Visit, where: str) -> None:
    bob, command = visit(cast.bob), str(uuid7())
    path = "/me/" if where == "outside spheres" else f"/s/{cast.sphere.slug}/"
    if where == "a stranger":
        bob.http.cookies.clear()
    headers = {"content-type": "multipart/form-data; boundary=x", "origin": bob.url, "alveole-command": command}
    answer = bob.http.post(path, content=b"x" * (LIMIT + 1), headers={**headers, **DEVICE}, timeout=60)
    assert (answer.status_code == 413) is (where != "signed in")


def test_an_answer_that_cannot_be_sent_is_closed_too() -> None:
    response = HttpResponse()

    class Answering(ThreadedHandler):
        def _respond(self, request: ASGIRequest, scope: Any) -> HttpResponse:
            return response

    async def refused(_said: object) -> None:
        raise OSError("The line is down.")

    async def read() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    handler = Answering()
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    with pytest.raises(OSError, match="down"):
        asyncio.run(handler.handle(scope, read, refused))
    handler.pool.shutdown()
    assert response.closed


def test_a_body_that_hides_its_size_is_counted_and_read_to_its_end(cast: Cast, visit: Visit) -> None:
    given: list[int] = []

    def parts() -> Iterator[bytes]:
        for number in range(100):
            given.append(number)
            yield b"x" * 65_536

    answer = send(visit(cast.bob), cast, parts(), alveole_command=str(uuid7()), **DEVICE)
    assert (answer.status_code, len(given)) == (413, 100)
