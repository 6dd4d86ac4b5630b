"""A public sphere: everybody reads what is said from then on, and nothing else of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from journal.ids import uuid7
from messaging.actions import delete_message
from spheres.actions import admit, end_membership, give_role, present, settle
from spheres.invitations.models import Invitation, Request
from spheres.models import Membership, Reader, Sphere
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.spheres.test_matrix import COMMANDS, PAGES, WORDS, address, status
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
SEEN_BY_EVERYBODY = {
    "spheres:sphere",
    "messaging:conversation",
    "files:original",
    "files:thumbnail",
    "files:preview",
}


@pytest.fixture
def public(cast: Cast) -> Cast:
    """Let something be said among members, then open the sphere to everybody."""
    cast.say(cast.bob, "entre nous")
    settle(cast.alice, wanted={"type": "public"}, seen={})
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()
    cast.sphere.refresh_from_db()
    return cast


@pytest.fixture
def inviting(public: Cast) -> Cast:
    """Let its members invite visitors too, so that there is something of each kind."""
    Sphere.objects.filter(pk=public.sphere.pk).update(members_invite=True, joining="visitors")
    return public


def talk(cast: Cast) -> str:
    return f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"


def read(cast: Cast, browse: Browse, who: Membership | None = None) -> str:
    answer = browse(who).get(talk(cast))
    return answer.content.decode() if answer.status_code == 200 else ""


def held(member: Membership, browse: Browse, kind: str) -> list[dict[str, Any]]:
    return [row for row in Device(browse(member), member).pull().shown.values() if row["k"] == kind]


@pytest.mark.parametrize("who", ["eve", "dan", None])
def test_everybody_reads_what_is_said_from_then_on(public: Cast, browse: Browse, who: str | None) -> None:
    reader = getattr(public, who) if who else None
    assert "pour tous" not in read(public, browse, reader)
    said = public.say(public.bob, "pour tous")
    page = read(public, browse, reader)
    assert "pour tous" in page
    assert "entre nous" not in page
    assert browse(reader).get(f"/s/{public.sphere.slug}/").status_code == 200
    with inside(public.sphere):
        delete_message(public.bob, said)
    assert "pour tous" not in read(public, browse, reader)


def test_a_name_is_shown_of_whoever_allows_it_and_only_while_they_do(public: Cast, browse: Browse) -> None:
    public.say(public.bob, "un")
    public.say(public.alice, "deux")
    said = fields(public.bob, "spheres.present.1", name="Bob", is_named="yes")
    for expected in ("Bob", None):
        if expected is None:
            said = fields(public.bob, "spheres.present.1", name="Bob", is_named="no")
        assert post(browse(public.bob), f"/s/{public.sphere.slug}/presentation/", said).status_code == 200
        page = read(public, browse)
        assert ("Bob" in page) == (expected is not None)
        assert "Alice" not in page
        assert "Un membre" in page
        for member in (public.alice, public.bob, public.carol):
            assert str(member.pk) not in page
    present(public.bob, name="Robert")
    assert "Robert" in read(public, browse, public.carol)
    assert "Robert" not in read(public, browse)


def test_who_left_is_named_to_nobody(public: Cast, browse: Browse) -> None:
    present(public.bob, name="Bob", is_named=True)
    public.say(public.bob, "un")
    assert "Bob" in read(public, browse)
    end_membership(public.bob, public.bob)
    assert "Bob" not in read(public, browse)
    assert "Un ancien membre" in read(public, browse)


@pytest.mark.parametrize(("name", "pattern"), PAGES)
def test_everything_else_is_as_in_any_other_sphere(inviting: Cast, browse: Browse, name: str, pattern: str) -> None:
    public = inviting
    path = address(public, pattern, public.sphere.slug)
    for stranger in (public.eve, public.dan):
        assert status(browse(stranger).get(path)) == (200 if name in SEEN_BY_EVERYBODY else 404)
    anonymous = browse(None).get(path)
    assert status(anonymous) == (200 if name in SEEN_BY_EVERYBODY else 302)
    if name not in SEEN_BY_EVERYBODY:
        typo = browse(None).get(path.replace(public.sphere.slug, "nowhere-abcde"))
        assert (anonymous.content, typo.status_code) == (typo.content, 302)


@pytest.mark.parametrize(("name", "pattern", "command"), COMMANDS)
def test_nobody_outside_writes(inviting: Cast, browse: Browse, name: str, pattern: str, command: str) -> None:
    public = inviting
    path = address(public, pattern, public.sphere.slug)
    for stranger in (public.eve, public.dan):
        assert post(browse(stranger), path, fields(stranger, command, **WORDS[command])).status_code == 404
    assert post(browse(None), path, fields(public.bob, command, **WORDS[command])).status_code == 401


def test_what_is_closed_again_is_closed_at_once(public: Cast, browse: Browse) -> None:
    public.say(public.bob, "pour tous")
    assert "pour tous" in read(public, browse)
    settle(public.alice, wanted={"type": "classic"}, seen={})
    public.say(public.bob, "entre nous encore")
    assert browse(None).get(talk(public)).status_code == 302
    assert browse(public.eve).get(talk(public)).status_code == 404
    settle(public.alice, wanted={"type": "public"}, seen={})
    public.say(public.bob, "de nouveau")
    page = read(public, browse)
    assert "de nouveau" in page
    assert "entre nous" not in page
    assert "pour tous" not in page  # said to those who read then
    assert Reader.objects.of_everybody(public.sphere).count() == 1


def test_whoever_reads_without_being_in_is_no_member(public: Cast, browse: Browse) -> None:
    names = {row["facts"]["name"] for row in held(public.alice, browse, "spheres.member")}
    assert names == {"Alice", "Bob", "Carol"}
    assert Membership.objects.in_sphere(public.sphere.pk).count() == 3
    with pytest.raises(Exception, match="dès que"):
        settle(public.alice, wanted={"shows_history": "no"}, seen={})


def test_a_device_keeps_nothing_of_it(public: Cast, browse: Browse) -> None:
    public.say(public.bob, "pour tous")
    assert str(public.sphere.pk) not in str(Device(browse(public.eve), public.eve).pull().store)
    assert 'data-identity=""' in read(public, browse, public.eve)


def test_people_ask_on_its_page_and_are_let_in(public: Cast, browse: Browse) -> None:
    door = Invitation.objects.door_of(public.sphere)
    assert door is not None
    page = browse(public.eve).get(f"/s/{public.sphere.slug}/").content.decode()
    link = page.split('href="/i/')[1].split('"')[0]
    landing = browse(public.eve).get(f"/i/{link}")
    assert "Alice" not in landing.content.decode()
    assert browse(public.eve).post(f"/i/{link}", {"name": "Eve"}).status_code == 302
    request = Request.objects.get()
    queue = held(public.alice, browse, "invitations.request")
    assert [row["facts"]["by_name"] for row in queue] == [""]
    path = f"/s/{public.sphere.slug}/requests/{request.pk}/admission/"
    assert post(browse(public.alice), path, fields(public.alice, "invitations.accept.1")).status_code == 200
    assert public.eve.person is not None
    assert Membership.objects.of(public.eve.person).filter(sphere=public.sphere).exists()


def test_the_door_follows_the_settings_and_nobody_handles_it(public: Cast, browse: Browse) -> None:
    page = browse(None).get(f"/s/{public.sphere.slug}/").content.decode()
    link = page.split('href="/i/')[1].split('"')[0]
    door = Invitation.objects.door_of(public.sphere)
    assert door is not None
    assert browse(public.alice).get(f"/s/{public.sphere.slug}/invitations/{door.pk}/").status_code == 404
    settle(public.alice, wanted={"type": "classic"}, seen={})
    assert browse(None).get(f"/i/{link}").status_code == 410
    settle(public.alice, wanted={"type": "public", "name": "Place"}, seen={})
    again = Invitation.objects.door_of(public.sphere)
    assert again is not None
    assert again.pk != door.pk


def test_the_door_stays_open_when_whoever_opened_it_leaves(public: Cast, browse: Browse) -> None:
    ida = admit(public.alice, person("Ida"), name="Ida")
    give_role(public.alice, ida, role="administrator")
    end_membership(public.alice, public.alice)
    page = browse(None).get(f"/s/{public.sphere.slug}/").content.decode()
    link = page.split('href="/i/')[1].split('"')[0]
    assert browse(None).get(f"/i/{link}").status_code == 200


def test_what_was_said_to_the_members_is_not_published_when_it_arrives_late(public: Cast, browse: Browse) -> None:
    for readers, expected in (({}, 403), ({"_readers": "members"}, 403), ({"_readers": "everybody"}, 200)):
        words: dict[str, Any] = {"body": "dans le train", **readers}
        said = fields(public.bob, "messaging.send.1", id=uuid7(), **words)
        answer = post(browse(public.bob), f"{talk(public)}messages/", said)
        assert answer.status_code == expected
        assert ("dans le train" in read(public, browse)) == (expected == 200)
    page = browse(public.bob).get(talk(public)).content.decode()
    assert 'name="_readers" value="everybody"' in page


def test_its_pages_count_nothing_that_is_hidden(public: Cast, browse: Browse) -> None:
    for number in range(40):
        public.say(public.bob, f"Numéro {number}.")
    pages, seen = [talk(public)], ""
    while pages:
        page = browse(None).get(pages.pop()).content.decode()
        assert not re.search(r"data-(n|o|first|journal)=", page)
        seen += page
        if older := re.search(r'href="(\?before=[0-9a-f-]{36})"', page):
            pages.append(talk(public) + older[1])
    assert {f"Numéro {number}." in seen for number in range(40)} == {True}
    for wrong in ("1000", "x", str(uuid4())):
        assert browse(None).get(f"{talk(public)}?before={wrong}").status_code == 422


def test_nobody_is_told_from_another(public: Cast, browse: Browse) -> None:
    public.say(public.bob, "un")
    end_membership(public.bob, public.bob)
    public.say(public.alice, "deux")
    assert set(re.findall(r'class="avatar" data-hue="(\w+)"', read(public, browse))) == {"slate"}
