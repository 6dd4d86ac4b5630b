"""Reactions: one of a person and thing, counted for everybody, whose they are told to nobody."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import reverse

from journal.errors import Refused
from journal.models import Entry
from messaging.actions import delete_message
from messaging.models import Message
from spheres.actions import archive, end_membership, remove_posts, settle
from spheres.models import Membership, Mine
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast
from tests.sync.device import Device
from threads.actions import react
from threads.emoji import EMOJI
from threads.models import Thread
from threads.subjects import subject_of

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def said(cast: Cast) -> Message:
    return cast.say(cast.bob)


def address(message: Message, of: str = "") -> str:
    path = reverse("messaging:reaction", args=[message.sphere.slug, message.pk])
    return f"{path}?of={of}" if of else path


def reacts(client: Client, member: Membership, message: Message, of: str, **more: Any) -> Response:
    name = "threads.react.1" if of else "threads.unreact.1"
    return post(client, address(message, of), fields(member, name), **more)


def tally(message: Message) -> dict[str, int]:
    with inside(message.sphere):
        found: dict[str, int] = Thread.objects.get(object_id=message.pk).tally
        return found


def test_everybody_sees_how_many_and_one_alone_which_is_theirs(cast: Cast, browse: Browse, said: Message) -> None:
    for member, of in ((cast.bob, "heart"), (cast.carol, "heart"), (cast.alice, "thanks")):
        assert reacts(browse(member), member, said, of).status_code == 200
    assert tally(said) == {"heart": 2, "thanks": 1}
    held = {member.pk: Device(browse(member), member).pull().shown for member in (cast.alice, cast.bob, cast.carol)}
    rows = [next(row for row in store.values() if row["id"] == str(said.pk)) for store in held.values()]
    assert rows[0] == rows[1] == rows[2]
    assert rows[0]["html"].count("data-reaction=") == 2
    marks = {
        pk: [(row["facts"]["key"], row["facts"]["value"]) for row in store.values() if row["k"] == "spheres.mine"]
        for pk, store in held.items()
    }
    assert marks == {
        cast.alice.pk: [("reaction", "thanks")],
        cast.bob.pk: [("reaction", "heart")],
        cast.carol.pk: [("reaction", "heart")],
    }


def test_nobody_is_named_by_it(cast: Cast, browse: Browse, said: Message) -> None:
    reacts(browse(cast.carol), cast.carol, said, "sad")
    entry = Entry.objects.current().get(object_id=said.pk)
    assert (entry.verb, entry.actor) == ("changed", None)
    row = next(row for row in Device(browse(cast.bob), cast.bob).pull().store.values() if row["id"] == str(said.pk))
    assert str(cast.carol.pk) not in json.dumps(row)


def test_another_takes_the_place_of_the_first(cast: Cast, browse: Browse, said: Message) -> None:
    for of in ("heart", "laugh", "laugh"):
        assert reacts(browse(cast.carol), cast.carol, said, of).status_code == 200
    assert tally(said) == {"laugh": 1}
    reacts(browse(cast.carol), cast.carol, said, "")
    assert tally(said) == {}
    reacts(browse(cast.carol), cast.carol, said, "")
    assert tally(said) == {}
    with inside(cast.sphere):
        assert Mine.objects.get(membership=cast.carol).value == ""


def test_the_same_command_again_counts_once(cast: Cast, browse: Browse, said: Message) -> None:
    command = fields(cast.carol, "threads.react.1")
    for _ in range(2):
        assert post(browse(cast.carol), address(said, "heart"), command).status_code == 200
    assert tally(said) == {"heart": 1}
    assert post(browse(cast.carol), address(said, "sad"), command).status_code == 409


def test_it_does_not_move_what_was_said(cast: Cast, browse: Browse, said: Message) -> None:
    cast.say(cast.alice, "après")
    with inside(cast.sphere):
        react(cast.alice, said, reaction="heart")
    assert Device(browse(cast.carol), cast.carol).pull().bodies() == ["Bonjour", "après"]


def test_what_is_no_reaction_is_refused(cast: Cast, browse: Browse, said: Message) -> None:
    for of in ("dance", "<b>", "THUMB"):
        assert reacts(browse(cast.bob), cast.bob, said, of).status_code == 422
    assert post(browse(cast.bob), address(said), fields(cast.bob, "threads.react.1")).status_code == 422
    with inside(cast.sphere):
        assert not Thread.objects.exists()


def test_strangers_and_what_is_gone(cast: Cast, browse: Browse, said: Message) -> None:
    assert reacts(browse(cast.carol), cast.carol, said, "heart").status_code == 200
    for stranger in (cast.dan, cast.eve):
        assert reacts(browse(stranger), stranger, said, "heart").status_code == 404
    elsewhere = cast.say(cast.eve)
    path = address(said, "heart").replace(str(said.pk), str(elsewhere.pk))
    assert post(browse(cast.bob), path, fields(cast.bob, "threads.react.1")).status_code == 404
    with inside(cast.sphere):
        with pytest.raises(Refused, match="plus répondre ici"):
            react(cast.eve, said, reaction="heart")
        delete_message(cast.bob, said)
        with pytest.raises(Http404):
            react(cast.bob, said, reaction="heart")
        with pytest.raises(Http404):
            subject_of(cast.conversation)  # type: ignore[arg-type]  # what nobody answers to
    assert reacts(browse(cast.carol), cast.carol, said, "sad").status_code == 404


def test_where_nothing_is_written_any_more(cast: Cast, browse: Browse, said: Message) -> None:
    archive(cast.alice)
    answer = reacts(browse(cast.bob), cast.bob, said, "heart")
    assert (answer.status_code, "archived" in answer.json()["sentence"]) == (403, True)


def test_members_react_where_only_some_begin(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "restricted"}, seen={})
    cast.alice.refresh_from_db()
    said = cast.say(cast.alice, "Annonce")
    assert reacts(browse(cast.bob), cast.bob, said, "thumb").status_code == 200


def test_without_the_tool_there_are_no_answers(cast: Cast, browse: Browse, said: Message) -> None:
    settle(cast.alice, wanted={"without": "messaging"}, seen={})
    assert reacts(browse(cast.bob), cast.bob, said, "heart").status_code == 403
    path = reverse("messaging:thread", args=[cast.sphere.slug, said.pk])
    assert browse(cast.bob).get(path).status_code == 302


def test_without_javascript(cast: Cast, browse: Browse, said: Message) -> None:
    client = browse(cast.carol)
    path = reverse("messaging:thread", args=[cast.sphere.slug, said.pk])
    page = client.get(path).content.decode()
    for of in EMOJI:
        assert f'formaction="{address(said, of)}"' in page
    answer = reacts(client, cast.carol, said, "heart", device=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    page = client.get(path).content.decode()
    assert 'data-mine-reaction="heart"' in page
    reacts(client, cast.carol, said, "", device=False)
    assert "data-mine-reaction" not in client.get(path).content.decode()


def test_a_refused_one_can_be_sent_again_as_it_was(cast: Cast, browse: Browse, said: Message) -> None:
    archive(cast.alice)
    page = reacts(browse(cast.bob), cast.bob, said, "heart", device=False).content.decode()
    assert f'action="{address(said, "heart")}"' in page


def test_everybody_reads_how_many_and_has_nothing_to_tap(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    for member in (cast.alice, cast.bob):
        member.refresh_from_db()
    said = cast.say(cast.alice)
    with inside(cast.sphere):
        react(cast.bob, said, reaction="heart")
    page = browse(None).get(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/").content.decode()
    assert "❤️" in page
    assert "/reaction/" not in page
    assert "/thread/" not in page


def test_who_leaves_and_wants_nothing_to_stay_takes_them_back(cast: Cast, said: Message) -> None:
    other = cast.say(cast.alice)
    gone = cast.say(cast.alice)
    with inside(cast.sphere):
        for message in (said, other, gone):
            react(cast.carol, message, reaction="heart")
        react(cast.bob, other, reaction="heart")
        delete_message(cast.alice, gone)
        end_membership(cast.carol, cast.carol, keeps_posts=False)
    cast.carol.refresh_from_db()
    remove_posts(cast.carol)
    assert (tally(said), tally(other)) == ({}, {"heart": 1})


def test_who_leaves_otherwise_leaves_them(cast: Cast, said: Message) -> None:
    with inside(cast.sphere):
        react(cast.carol, said, reaction="heart")
        end_membership(cast.carol, cast.carol)
    assert tally(said) == {"heart": 1}


@pytest.mark.django_db(transaction=True)
def test_who_react_at_once_are_all_counted(cast: Cast, said: Message) -> None:
    people = [cast.alice, cast.bob, cast.carol]

    def rounds(member: Membership) -> None:
        try:
            with inside(cast.sphere):
                for of in ("heart", "sad", "heart", "", "heart"):
                    react(member, said, reaction=of)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(rounds, people))
    assert tally(said) == {"heart": 3}
