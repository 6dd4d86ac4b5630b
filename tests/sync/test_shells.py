"""Shells: every page, nothing of any object in them, for one person and sphere only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import brotli
import pytest
from django.test import Client
from django.urls import reverse

from alveole.packing import QUALITY
from spheres.actions import settle
from spheres.models import Membership, Sphere
from sync.shells import page_routes
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def shells(client: Client, slug: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/s/{slug}/shells/" if slug else "/shells/").json()
    return answer


def test_every_page_has_a_shell(cast: Cast, browse: Browse) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(is_hall=True)
    client = browse(cast.alice)
    names = {one["name"] for one in shells(client)["shells"] + shells(client, cast.sphere.slug)["shells"]}
    assert names == {route.name for route in page_routes()}
    assert {"spheres:home", "sync:outbox", "accounts:me", "messaging:conversation", "messaging:edition"} <= names


def test_nobody_is_sent_pages_that_are_nothing_to_them(cast: Cast, browse: Browse) -> None:
    responsible = {"spheres:settings", "charters:edition", "charters:acceptances", "threads:moderation"}
    managing = {"organisations:founding", "organisations:holdings"}

    def kept(member: Membership) -> set[str]:
        return {one["name"] for one in shells(browse(member), cast.sphere.slug)["shells"]}

    assert kept(cast.alice) - kept(cast.bob) == responsible
    assert not {name for name in kept(cast.alice) if name.startswith("organisations:")}
    settle(cast.alice, wanted={"without": "messaging"}, seen={})
    assert not {name for name in kept(cast.alice) if name.startswith("messaging:")}
    Sphere.objects.filter(pk=cast.sphere.pk).update(is_hall=True)
    assert kept(cast.alice) - kept(cast.bob) == responsible | managing
    assert "organisations:offers" in kept(cast.bob)


def test_a_shell_holds_nothing_of_any_object(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.alice, "des mots qui ne sont qu'ici")
    for one in shells(browse(cast.bob), cast.sphere.slug)["shells"]:
        assert "<live-row" not in one["html"]
        for secret in (str(said.pk), said.body, str(cast.conversation.pk), "Alice"):
            assert secret not in one["html"], one["name"]


def test_an_address_leads_to_its_shell_and_its_ids(cast: Cast, browse: Browse) -> None:
    found = {one["name"]: one for one in shells(browse(cast.bob), cast.sphere.slug)["shells"]}
    conversation = uuid4()
    address = reverse("messaging:conversation", args=[cast.sphere.slug, conversation])
    matching = {name: match for name, one in found.items() if (match := re.match(one["pattern"], address))}
    assert {name: match.groups() for name, match in matching.items()} == {
        "messaging:conversation": (str(conversation),)
    }
    assert "00000000-0000-0000-0000-000000000001" in found["messaging:conversation"]["html"]


def test_shells_are_for_their_person(cast: Cast, browse: Browse) -> None:
    assert browse(cast.eve).get(f"/s/{cast.sphere.slug}/shells/").status_code == 404
    assert browse(None).get("/shells/").status_code == 401
    said = shells(browse(cast.bob), cast.sphere.slug)
    assert cast.bob.person is not None
    assert said["identity"] == cast.bob.person.pk.hex
    assert all(f'data-me="{cast.bob.pk}"' in one["html"] for one in said["shells"])


def test_a_shell_carries_no_token(cast: Cast, browse: Browse) -> None:
    for one in shells(browse(cast.bob), cast.sphere.slug)["shells"]:
        assert set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]*)"', one["html"])) <= {""}


def test_shells_are_packed_with_more_effort_than_other_answers(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.bob).get(f"/s/{cast.sphere.slug}/shells/", headers={"accept-encoding": "br"})
    usual = brotli.compress(brotli.decompress(answer.content), quality=QUALITY)
    assert len(answer.content) < 0.97 * len(usual)
