"""The seal matrix: every route of a sphere × everybody, enumerated from the URLconf, and every kind × everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from journal.ids import uuid7
from journal.kinds import kinds
from spheres.actions import mark
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def routes() -> list[tuple[str, tuple[str, ...], Any]]:
    """Walk the URLconf: the name, the ids and the view of every route inside a sphere."""

    def walk(resolver: URLResolver, namespace: str, names: list[str], text: str) -> Iterator[tuple[str, str, Any]]:
        for entry in resolver.url_patterns:
            inner = text + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry, f"{namespace}{entry.namespace or ''}:", names, inner)
            elif isinstance(entry, URLPattern):
                yield inner, f"{namespace}{entry.name}", entry.callback

    found = []
    for pattern, name, view in walk(get_resolver(), "", [], ""):
        if "<slug:slug>" in pattern:
            found.append((name, tuple(part for part in pattern.split("<uuid:")[1:]), (pattern, view)))
    return found


# What each id in an address may be; a route with another one fails until it is said here.
EXAMPLES: dict[str, Callable[[Cast], object]] = {
    "conversation_id": lambda cast: cast.conversation.pk,
    "message_id": lambda cast: cast.say(cast.bob).pk,
}


def address(cast: Cast, pattern: str, slug: str) -> str:
    path = "/" + pattern.replace("<slug:slug>", slug)
    while "<uuid:" in path:
        name = path.split("<uuid:")[1].split(">")[0]
        path = path.replace(f"<uuid:{name}>", str(EXAMPLES[name](cast)))
    return path


ROUTES = [(name, pattern, view) for name, _ids, (pattern, view) in routes()]
PAGES = [(name, pattern) for name, pattern, view in ROUTES if not hasattr(view, "commands") or view.page]
COMMANDS = [(name, pattern, view.commands[0]) for name, pattern, view in ROUTES if hasattr(view, "commands")]
# Words that make each command valid, so that a refusal is the seal's and not the form's.
WORDS: dict[str, dict[str, Any]] = {
    "messaging.send.1": {"id": "01890000-0000-7000-8000-000000000001", "body": "x"},
    "messaging.edit.1": {"body": "y", "_seen_body": "Bonjour"},
    "messaging.delete.1": {},
}


def test_the_matrix_is_not_empty() -> None:
    assert len(PAGES) >= 4
    assert {command for _, _, command in COMMANDS} == set(WORDS)


@pytest.mark.parametrize(("name", "pattern"), PAGES)
def test_a_page_is_for_members_only(cast: Cast, browse: Browse, name: str, pattern: str) -> None:
    path = address(cast, pattern, cast.sphere.slug)
    for member in (cast.alice, cast.bob, cast.carol):
        assert browse(member).get(path).status_code == 200
    for stranger in (cast.dan, cast.eve):
        assert browse(stranger).get(path).status_code == 404
    anonymous = browse(None).get(path)
    assert (anonymous.status_code, anonymous.headers["Location"].split("?")[0]) == (302, "/sign-in/")


@pytest.mark.parametrize(("name", "pattern", "command"), COMMANDS)
def test_a_command_is_for_members_only(cast: Cast, browse: Browse, name: str, pattern: str, command: str) -> None:
    path = address(cast, pattern, cast.sphere.slug)
    for stranger in (cast.dan, cast.eve):
        response = post(browse(stranger), path, fields(stranger, command, **WORDS[command]))
        assert response.status_code == 404
    assert post(browse(None), path, fields(cast.bob, command, **WORDS[command])).status_code == 401
    assert post(browse(cast.bob), path, fields(cast.bob, command, **WORDS[command])).status_code == 200
    for member in (cast.alice, cast.carol):
        path = address(cast, pattern, cast.sphere.slug)
        words = WORDS[command] | ({"id": uuid7()} if "id" in WORDS[command] else {})
        # What a member may do is asked of the rules, verb by verb; the seal lets them through.
        assert post(browse(member), path, fields(member, command, **words)).status_code in {200, 403}


@pytest.mark.parametrize(("name", "pattern"), [(name, pattern) for name, pattern, _ in ROUTES])
def test_a_stranger_and_nowhere_look_the_same(cast: Cast, browse: Browse, name: str, pattern: str) -> None:
    real = address(cast, pattern, cast.sphere.slug)
    typo = real.replace(cast.sphere.slug, "nowhere-abcde")
    for visitor in (cast.eve, cast.dan, None):
        client = browse(visitor)
        client.get("/")  # the day's first request also renews the session
        answers = []
        for path in (real, typo):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                response = client.get(path)
            headers = {key: value for key, value in response.headers.items() if key not in {"Location", "Set-Cookie"}}
            answers.append((response.status_code, response.content, headers, len(asked)))
        assert answers[0] == answers[1]


def test_an_id_of_another_sphere_is_nowhere_here(cast: Cast, browse: Browse) -> None:
    """A member of one sphere uses its address with the ids of another."""
    client = browse(cast.eve)
    for _name, pattern in PAGES:
        if "<uuid:" in pattern:
            here = address(cast, pattern, cast.eve.sphere.slug)
            assert client.get(here).status_code == 404


def test_every_kind_reaches_members_and_nobody_else(cast: Cast, browse: Browse) -> None:
    cast.say(cast.bob)
    with inside(cast.sphere):
        for member in (cast.alice, cast.bob, cast.carol):
            mark(member, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="1")
    stores = {
        name: Device(browse(getattr(cast, name)), getattr(cast, name)).pull().shown
        for name in ("alice", "bob", "carol", "dan", "eve")
    }
    sphere = str(cast.sphere.pk)
    seen = {name: {row["k"] for row in store.values() if row["s"] == sphere} for name, store in stores.items()}
    assert seen["bob"] == set(kinds())
    assert seen == {"alice": set(kinds()), "bob": set(kinds()), "carol": set(kinds()), "dan": set(), "eve": set()}


def test_what_is_mine_reaches_me_alone(cast: Cast, browse: Browse) -> None:
    with inside(cast.sphere):
        mark(cast.bob, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="bob's")
    assert "bob's" in str(Device(browse(cast.bob), cast.bob).pull().store)
    for member in (cast.alice, cast.carol):
        assert "bob's" not in str(Device(browse(member), member).pull().store)


def test_an_operator_reads_nothing_by_being_one(cast: Cast) -> None:
    operator = get_user_model().objects.create_superuser(email="root@example.invalid", password="x" * 12)
    client = Client(headers={"host": "localhost:8000"})
    client.force_login(operator)
    for _name, pattern in PAGES:
        assert client.get(address(cast, pattern, cast.sphere.slug)).status_code == 404
