"""Editing: by the author alone, merged with what others changed, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from journal.models import Entry
from messaging.actions import delete_message, edit_message
from messaging.models import LONGEST_BODY, Message
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def said(cast: Cast) -> Message:
    return cast.say(cast.bob, "un\ndeux\ntrois")


def edit(client: Client, member: Membership, message: Message, body: str, seen: str) -> Response:
    path = reverse("messaging:edition", args=[message.sphere.slug, message.pk])
    return post(client, path, fields(member, "messaging.edit.1", body=body, _seen_body=seen))


def stands(message: Message) -> str:
    with inside(message.sphere):
        message.refresh_from_db()
    return message.body


def test_the_author_changes_the_words(cast: Cast, browse: Browse, said: Message) -> None:
    response = edit(browse(cast.bob), cast.bob, said, "autre chose", said.body)
    assert response.json()["records"][0]["facts"]["edited"] is True
    assert stands(said) == "autre chose"


def test_nobody_else_does_not_even_the_administrator(cast: Cast, browse: Browse, said: Message) -> None:
    for member in (cast.alice, cast.carol):
        response = edit(browse(member), member, said, "détourné", said.body)
        assert response.status_code == 403
        assert response.headers["Alveole-Command"]
    assert stands(said) == "un\ndeux\ntrois"


def test_without_javascript_sending_again_is_judged_anew(cast: Cast, browse: Browse, said: Message) -> None:
    path = reverse("messaging:edition", args=[cast.sphere.slug, said.pk])
    command = fields(cast.alice, "messaging.edit.1", body="détourné", _seen_body=said.body)
    page = post(browse(cast.alice), path, command, device=False)
    again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()))
    assert page.status_code == 403
    assert again.keys() >= {"_name", "_command", "_identity", "_seen_body"}
    assert again["_command"] != command["_command"]


def test_a_refusal_is_kept_and_answered_again(cast: Cast, browse: Browse, said: Message) -> None:
    path = reverse("messaging:edition", args=[cast.sphere.slug, said.pk])
    command = fields(cast.alice, "messaging.edit.1", body="détourné", _seen_body=said.body)
    first, again = (post(browse(cast.alice), path, command) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)


def test_changes_of_other_lines_are_both_kept(cast: Cast, browse: Browse, said: Message) -> None:
    edit(browse(cast.bob), cast.bob, said, "un !\ndeux\ntrois", "un\ndeux\ntrois")
    response = edit(browse(cast.bob), cast.bob, said, "un\ndeux\ntrois !", "un\ndeux\ntrois")
    assert response.status_code == 200
    assert stands(said) == "un !\ndeux\ntrois !"


def test_what_was_loaded_before_another_change_is_read_again(cast: Cast, said: Message) -> None:
    with inside(cast.sphere):
        held = Message.objects.get(pk=said.pk)
        edit_message(cast.bob, said, body="un !\ndeux\ntrois", seen="un\ndeux\ntrois")
        edit_message(cast.bob, held, body="un\ndeux\ntrois !", seen="un\ndeux\ntrois")
    assert stands(said) == "un !\ndeux\ntrois !"


def test_a_change_of_the_same_line_shows_both_and_changes_nothing(cast: Cast, browse: Browse, said: Message) -> None:
    edit(browse(cast.bob), cast.bob, said, "un, du téléphone\ndeux\ntrois", "un\ndeux\ntrois")
    response = edit(browse(cast.bob), cast.bob, said, "un, du bureau\ndeux\ntrois", "un\ndeux\ntrois")
    answer = response.json()
    assert (response.status_code, answer["outcome"]) == (409, "conflict")
    assert answer["fields"]["body"]["theirs"] == "un, du téléphone\ndeux\ntrois"
    assert answer["fields"]["body"]["by"] == "Bob"
    assert stands(said) == "un, du téléphone\ndeux\ntrois"


def test_without_javascript_both_versions_are_on_the_page(cast: Cast, browse: Browse, said: Message) -> None:
    edit(browse(cast.bob), cast.bob, said, "du téléphone", said.body)
    path = reverse("messaging:edition", args=[cast.sphere.slug, said.pk])
    form = fields(cast.bob, "messaging.edit.1", body="du bureau", _seen_body=said.body)
    page = post(browse(cast.bob), path, form, device=False)
    text = page.content.decode()
    assert page.status_code == 409
    assert "du téléphone" in text
    assert "du bureau" in text
    assert 'name="_seen_body" value="du téléphone"' in text


def test_the_same_value_is_nothing(cast: Cast, said: Message) -> None:
    with inside(cast.sphere):
        edit_message(cast.bob, said, body=said.body, seen="autre")
    assert stands(said) == "un\ndeux\ntrois"
    assert said.edited_at is None


def test_a_deleted_message_is_not_edited(cast: Cast, browse: Browse, said: Message) -> None:
    with inside(cast.sphere):
        delete_message(cast.bob, said)
    assert edit(browse(cast.bob), cast.bob, said, "trop tard", said.body).status_code == 404


def test_what_was_loaded_before_it_was_deleted_is_gone(cast: Cast, said: Message) -> None:
    with inside(cast.sphere):
        held = [Message.objects.get(pk=said.pk) for _ in range(2)]
        delete_message(cast.alice, said)
        with pytest.raises(Http404):
            edit_message(cast.bob, held[0], body="trop tard", seen=said.body)
        delete_message(cast.bob, held[1])
    assert [entry.verb for entry in Entry.objects.filter(object_id=said.pk).order_by("seq")] == ["posted", "deleted"]


def test_a_browsers_line_ends_are_not_a_change(cast: Cast, browse: Browse, said: Message) -> None:
    response = edit(browse(cast.bob), cast.bob, said, "un\r\ndeux\r\ntrois", "un\r\ndeux\r\ntrois")
    assert response.status_code == 200
    assert stands(said) == "un\ndeux\ntrois"
    assert edit(browse(cast.bob), cast.bob, said, "un !\r\ndeux", "un\r\ndeux\r\ntrois").status_code == 200
    assert stands(said) == "un !\ndeux"


def test_two_changes_that_are_too_long_together_are_not_merged(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob, "un\ndeux\ntrois")
    long = "x" * (LONGEST_BODY - 100)
    edit(browse(cast.bob), cast.bob, said, f"un\ndeux\n{long}", "un\ndeux\ntrois")
    response = edit(browse(cast.bob), cast.bob, said, f"{long}\ndeux\ntrois", "un\ndeux\ntrois")
    assert response.status_code == 422
    assert stands(said) == f"un\ndeux\n{long}"
