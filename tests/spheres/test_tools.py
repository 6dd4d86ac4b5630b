"""Tools on or off: what a sphere does without leads to its page, takes no word, and comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from journal.errors import Stale
from journal.ids import uuid7
from spheres.actions import settle
from spheres.models import Membership, Sphere
from tests.commanding import Response, fields, post
from tests.conftest import Cast
from tests.spheres.test_matrix import WORDS
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def settles(cast: Cast, browse: Browse, **words: Any) -> Response:
    """Let Alice post the form of the settings."""
    said = WORDS["spheres.settle.1"] | words
    return post(browse(cast.alice), f"/s/{cast.sphere.slug}/settings/", fields(cast.alice, "spheres.settle.1", **said))


def without(cast: Cast) -> str:
    return Sphere.objects.get(pk=cast.sphere.pk).without


def test_what_is_not_chosen_is_switched_off(cast: Cast, browse: Browse) -> None:
    assert settles(cast, browse, tools=["", "groups"]).status_code == 200
    assert without(cast) == "messaging"
    assert settles(cast, browse, tools=[""]).status_code == 200
    assert without(cast) == "groups,messaging"
    assert settles(cast, browse, tools=["", "groups", "messaging"]).status_code == 200
    assert without(cast) == ""


def test_a_page_of_before_switches_nothing(cast: Cast, browse: Browse) -> None:
    settles(cast, browse, tools=["", "groups"])
    assert settles(cast, browse, name="Atelier").status_code == 200
    assert without(cast) == "messaging"
    assert settles(cast, browse, tools=["", "castle", "messaging", "groups"]).status_code == 200
    assert without(cast) == ""


def test_what_is_switched_off_is_not_there_and_comes_back(cast: Cast, browse: Browse) -> None:
    cast.say(cast.alice, "déjà dit")
    talk = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"
    words = fields(cast.bob, "messaging.send.1", id=uuid7(), body="encore")
    home = browse(cast.bob).get(f"/s/{cast.sphere.slug}/").content.decode()
    assert 'kind="messaging.conversation"' in home
    settle(cast.alice, wanted={"without": "groups,messaging"}, seen={})
    home = browse(cast.bob).get(f"/s/{cast.sphere.slug}/").content.decode()
    assert 'kind="messaging.conversation"' not in home
    assert 'data-without="groups,messaging"' in home
    answer = browse(cast.bob).get(talk)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/s/{cast.sphere.slug}/")
    answer = post(browse(cast.bob), f"{talk}messages/", words)
    assert (answer.status_code, "switched off" in answer.json()["sentence"]) == (403, True)
    assert "/groups/" not in browse(cast.bob).get(f"/s/{cast.sphere.slug}/members/").content.decode()
    held = Device(browse(cast.bob), cast.bob).pull().shown.values()
    assert [row["facts"]["without"] for row in held if row["k"] == "spheres.sphere"] == ["groups,messaging"] * 2
    settle(cast.alice, wanted={"without": ""}, seen={})
    assert "déjà dit" in browse(cast.bob).get(talk).content.decode()
    again = words | {"_command": str(uuid7())}
    assert post(browse(cast.bob), f"{talk}messages/", again).status_code == 200
    assert "/groups/" in browse(cast.bob).get(f"/s/{cast.sphere.slug}/members/").content.decode()


def test_who_only_reads_what_is_public_is_led_to_its_page_too(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public", "without": "messaging"}, seen={})
    answer = browse(None).get(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/s/{cast.sphere.slug}/")
    assert browse(None).get(f"/s/{cast.sphere.slug}/").status_code == 200


def test_what_is_no_tool_is_always_there(cast: Cast) -> None:
    assert cast.sphere.has_tool("")
    assert Sphere(without="groups").has_tool("")
    assert Sphere(without="groups").has_tool("spheres")


def test_two_who_switch_at_once_see_both(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"without": "groups"}, seen={"without": ""})
    with pytest.raises(Stale) as stale:
        settle(cast.alice, wanted={"without": "messaging"}, seen={"without": ""})
    assert stale.value.versions["without"].theirs == "groups"
    answer = settles(cast, browse, tools=["", "groups"], _seen_without="")
    assert (answer.status_code, list(answer.json()["fields"])) == (409, ["without"])
    said = answer.json()["fields"]["without"]
    assert (said["label"], said["words"]) == (
        "What people do here",
        {"mine": "Groups", "theirs": "Conversations", "seen": "Groups, Conversations"},
    )
    # Without JavaScript too.
    words: dict[str, Any] = {**WORDS["spheres.settle.1"], "tools": ["", "groups"], "_seen_without": ""}
    words |= {"hue": "rose", "_seen_hue": "slate"}
    settle(cast.alice, wanted={"hue": "teal"}, seen={})
    here, alice = f"/s/{cast.sphere.slug}/settings/", browse(cast.alice)
    page = post(alice, here, fields(cast.alice, "spheres.settle.1", **words), device=False).content.decode()
    for shown in ("<h2>What people do here</h2>", "<h2>Colour</h2>", ">Conversations</p>", ">Teal</p>", ">Rose</p>"):
        assert shown in page, shown
    assert '<option value="rose" selected>Rose</option>' in page
    assert "Who comes in and who writes</label>" in page
    assert not [name for name in ("without", "hue", "shows_history", "description") if f">{name}<" in page]
