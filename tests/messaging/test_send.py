"""Sending a message: works, repeats harmlessly, refuses clearly, loses nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from journal import clock
from journal.errors import Refused
from journal.ids import uuid7
from journal.models import Receipt
from messaging.actions import delete_message, send_message
from messaging.models import Message
from messaging.rules import ensure_may_post
from spheres.actions import end_membership
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def path(cast: Cast, conversation: UUID | None = None) -> str:
    return reverse("messaging:messages", args=[cast.sphere.slug, conversation or cast.conversation.pk])


def bodies(cast: Cast) -> list[str]:
    with inside(cast.sphere):
        return list(Message.objects.order_by("arrived_at").values_list("body", flat=True))


def test_a_member_speaks_and_gets_the_row_back(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Le camion est là.")
    response = post(browse(cast.bob), path(cast), said)
    answer = response.json()
    assert response.status_code == 200
    assert response.headers["Alveole-Command"] == said["_command"]
    assert answer["outcome"] == "accepted"
    assert [record["facts"]["body"] for record in answer["records"]] == ["Le camion est là."]
    assert bodies(cast) == ["Le camion est là."]


def test_the_same_command_again_is_answered_the_same_and_done_once(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Une fois")
    answers = [post(browse(cast.bob), path(cast), said).json() for _ in range(3)]
    assert bodies(cast) == ["Une fois"]
    assert [answer["records"] for answer in answers] == [answers[0]["records"]] * 3


def test_the_same_command_with_other_words_is_a_conflict(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Une fois")
    post(browse(cast.bob), path(cast), said)
    response = post(browse(cast.bob), path(cast), {**said, "body": "Autre chose"})
    assert response.status_code == 409
    assert response.headers["Alveole-Command"] == said["_command"]
    assert bodies(cast) == ["Une fois"]


def test_the_same_command_from_another_place_is_a_conflict(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob)
    elsewhere = cast.say(cast.bob, "Autre chose")
    deletion = fields(cast.bob, "messaging.delete.1")
    answers = [
        post(browse(cast.bob), reverse("messaging:deletion", args=[cast.sphere.slug, message.pk]), deletion).status_code
        for message in (said, elsewhere)
    ]
    assert answers == [200, 409]
    with inside(cast.sphere):
        assert [message.pk for message in Message.objects.standing()] == [elsewhere.pk]


def test_a_number_that_somebody_else_used_is_free(cast: Cast, browse: Browse) -> None:
    number = uuid7()
    for member in (cast.alice, cast.bob):
        said = fields(member, "messaging.send.1", command=number, id=uuid7(), body=member.name)
        assert post(browse(member), path(cast), said).status_code == 200
    assert bodies(cast) == ["Alice", "Bob"]


def test_a_taken_id_is_a_conflict_and_leaves_no_receipt(cast: Cast, browse: Browse) -> None:
    taken = cast.say(cast.alice).pk
    response = post(browse(cast.bob), path(cast), fields(cast.bob, "messaging.send.1", id=taken, body="Moi aussi"))
    assert (response.status_code, Receipt.objects.count()) == (409, 0)


def test_a_receipt_is_answered_to_somebody_since_removed_and_new_words_are_not(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Avant de partir")
    assert post(browse(cast.bob), path(cast), said).status_code == 200
    end_membership(cast.alice, cast.bob)
    again = post(browse(cast.bob), path(cast), said)
    assert (again.status_code, again.json()["records"]) == (200, [])
    new = post(browse(cast.bob), path(cast), fields(cast.bob, "messaging.send.1", id=uuid7(), body="Et encore"))
    assert (new.status_code, new.json()["outcome"]) == (404, "refused")
    assert new.headers["Alveole-Command"]
    assert bodies(cast) == ["Avant de partir"]


@pytest.mark.parametrize("who", ["dan", "eve"])
def test_a_stranger_cannot_speak_where_a_member_can(cast: Cast, browse: Browse, who: str) -> None:
    assert (
        post(browse(cast.bob), path(cast), fields(cast.bob, "messaging.send.1", id=uuid7(), body="x")).status_code
        == 200
    )
    stranger: Membership = getattr(cast, who)
    response = post(browse(stranger), path(cast), fields(stranger, "messaging.send.1", id=uuid7(), body="x"))
    assert response.status_code == 404
    assert bodies(cast) == ["x"]


def test_a_conversation_of_another_sphere_is_not_here(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="x")
    assert post(browse(cast.bob), path(cast, cast.elsewhere.pk), said).status_code == 404


def test_a_command_for_another_identity_is_not_taken(cast: Cast, browse: Browse) -> None:
    response = post(browse(cast.bob), path(cast), fields(cast.alice, "messaging.send.1", id=uuid7(), body="de Bob ?"))
    assert response.status_code == 412
    assert "Alveole-Command" not in response.headers
    assert bodies(cast) == []


def test_nobody_signed_in_is_not_an_answer(cast: Cast, browse: Browse) -> None:
    response = post(browse(None), path(cast), fields(cast.bob, "messaging.send.1", id=uuid7(), body="x"))
    assert response.status_code == 401
    assert "Alveole-Command" not in response.headers


def test_a_wrong_csrf_token_is_not_an_answer(cast: Cast) -> None:
    assert cast.bob.person is not None
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost:8000"})
    client.force_login(cast.bob.person)
    response = post(client, path(cast), fields(cast.bob, "messaging.send.1", id=uuid7(), body="x"))
    assert response.status_code == 403
    assert "Alveole-Command" not in response.headers
    assert bodies(cast) == []


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"body": ""}, 422),
        ({"body": "x" * 20_000}, 422),
        ({"id": "not-an-id"}, 422),
        ({"_name": "messaging.shout.1"}, 422),
        ({"_command": "garbage"}, 422),
    ],
)
def test_bad_input_gets_a_sentence_and_changes_nothing(
    cast: Cast, browse: Browse, wrong: dict[str, str], status: int
) -> None:
    said = {**fields(cast.bob, "messaging.send.1", id=uuid7(), body="x"), **wrong}
    response = post(browse(cast.bob), path(cast), said)
    assert response.status_code == status
    assert response.json()["sentence"]
    # Final for the device, but where there is no number to settle.
    assert response.headers.get("Alveole-Command") == (None if "_command" in wrong else said["_command"])
    assert bodies(cast) == []
    assert Receipt.objects.count() == 0


def test_without_javascript_the_page_comes_back(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Sans script")
    response = post(browse(cast.bob), path(cast), said, device=False)
    assert response.status_code == 303
    page = browse(cast.bob).get(response.headers["Location"])
    assert "Sans script" in page.content.decode()


def test_without_javascript_the_words_stay_in_the_form(cast: Cast, browse: Browse) -> None:
    words = "des mots " * 2_000
    response = post(
        browse(cast.bob), path(cast), fields(cast.bob, "messaging.send.1", id=uuid7(), body=words), device=False
    )
    assert response.status_code == 422
    assert words in response.content.decode()


def test_words_written_long_ago_say_both_times(cast: Cast, browse: Browse) -> None:
    an_hour_ago = int((timezone.now() - timedelta(hours=1)).timestamp() * 1000)
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Hier", _said_at=an_hour_ago)
    facts = post(browse(cast.bob), path(cast), said).json()["records"][0]["facts"]
    assert facts["late"] is True
    assert facts["said_at"] < facts["at"]


@pytest.mark.parametrize("said_at", [-62_135_596_800_000, 0, -1])
def test_a_clock_from_long_ago_is_clamped_and_harms_no_reader(cast: Cast, browse: Browse, said_at: int) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Jadis", _said_at=said_at)
    with timezone.override("America/New_York"):
        facts = post(browse(cast.bob), path(cast), said).json()["records"][0]["facts"]
    wait = datetime.fromisoformat(facts["at"]) - datetime.fromisoformat(facts["said_at"])
    assert wait == timedelta(days=90)


def test_a_row_is_rendered_in_nobodys_zone(cast: Cast, browse: Browse) -> None:
    assert cast.bob.person is not None
    rows = []
    for zone in ("Pacific/Auckland", "America/New_York"):
        caches["rows"].clear()
        User.objects.filter(pk=cast.bob.person.pk).update(zone=zone)
        said = fields(cast.bob, "messaging.send.1", id=uuid7(), body=zone)
        with clock.at(datetime(2026, 3, 1, 12, 34, tzinfo=UTC)):
            rows.append(post(browse(cast.bob), path(cast), said).json()["records"][0])
    assert all("12:34" in row["html"] for row in rows)


def test_a_clock_from_the_future_is_clamped(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="Demain", _said_at=9_999_999_999_999)
    facts = post(browse(cast.bob), path(cast), said).json()["records"][0]["facts"]
    assert (facts["late"], facts["said_at"]) == (False, facts["at"])


def test_a_database_that_cannot_write_is_not_an_answer(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise OperationalError("database is locked")

    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="x")
    with monkeypatch.context() as patched:
        patched.setattr("messaging.actions.record", locked)
        response = post(browse(cast.bob), path(cast), said)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "3")
    assert "Alveole-Command" not in response.headers
    assert post(browse(cast.bob), path(cast), said).status_code == 200


def test_the_rule_itself_says_who_may_speak(cast: Cast) -> None:
    ensure_may_post(cast.bob, cast.conversation)
    for stranger in (cast.dan, cast.eve):
        with pytest.raises(Refused):
            ensure_may_post(stranger, cast.conversation)


def test_older_messages_are_a_link_away_whatever_was_deleted(cast: Cast, browse: Browse) -> None:
    said = [cast.say(cast.alice, f"message {number}") for number in range(40)]
    with inside(cast.sphere):
        for message in said[20:]:
            delete_message(cast.alice, message)
        for number in range(40, 55):
            send_message(cast.alice, cast.conversation, id=uuid7(), body=f"message {number}")
    address = reverse("messaging:conversation", args=[cast.sphere.slug, cast.conversation.pk])
    page = browse(cast.bob).get(address).content.decode()
    assert [f">message {number}<" in page for number in (4, 5, 19, 20, 39, 40, 54)] == [0, 1, 1, 0, 0, 1, 1]
    (older,) = re.findall(r'data-older href="([^"]+)"', page)
    before = browse(cast.bob).get(address + older).content.decode()
    assert [f">message {number}<" in before for number in (0, 4, 5)] == [1, 1, 0]
    assert "data-older" not in before


def test_without_javascript_a_taken_id_is_given_another(cast: Cast, browse: Browse) -> None:
    taken = cast.say(cast.alice).pk
    said = fields(cast.bob, "messaging.send.1", id=taken, body="Moi aussi")
    page = post(browse(cast.bob), path(cast), said, device=False).content.decode()
    again = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
    assert again["id"] != str(taken)
    response = post(browse(cast.bob), path(cast), {**again, "body": "Moi aussi"}, device=False)
    assert response.status_code == 303


def test_a_browsers_line_ends_are_kept_as_a_devices(cast: Cast, browse: Browse) -> None:
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="un\r\ndeux")
    post(browse(cast.bob), path(cast), said, device=False)
    assert bodies(cast) == ["un\ndeux"]
