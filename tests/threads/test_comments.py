"""Comments: said, changed, deleted, withdrawn, arriving late, counted, and nowhere for strangers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import reverse

from journal import clock
from journal.errors import Conflict, Invalid, Refused
from journal.ids import uuid7
from messaging.actions import delete_message
from messaging.models import Message
from spheres.actions import admit, archive, end_membership, remove_posts, settle
from spheres.charters.actions import publish_charter
from spheres.models import Membership, Sphere
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device
from threads.actions import comment, delete_comment, edit_comment, react, report
from threads.models import LONGEST_COMMENT, Comment, Thread

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def said(cast: Cast) -> Message:
    return cast.say(cast.alice)


def answers(client: Client, member: Membership, message: Message, body: str, **words: Any) -> Response:
    path = reverse("messaging:comments", args=[message.sphere.slug, message.pk])
    return post(client, path, fields(member, "threads.comment.1", id=words.pop("id", uuid7()), body=body, **words))


def say(member: Membership, message: Message, body: str = "Moi aussi") -> Comment:
    with inside(message.sphere):
        return comment(member, message, id=uuid7(), body=body)


def held(member: Membership, browse: Browse, kind: str = "threads.comment") -> list[dict[str, Any]]:
    rows = Device(browse(member), member).pull().shown.values()
    return sorted((row for row in rows if row["k"] == kind), key=lambda row: row["f"])


def standing(message: Message) -> int:
    with inside(message.sphere):
        number: int = Thread.objects.get(object_id=message.pk).comments
        return number


def test_it_answers_in_the_journal_of_what_it_answers(cast: Cast, browse: Browse, said: Message) -> None:
    answer = answers(browse(cast.bob), cast.bob, said, "Moi aussi")
    [record] = answer.json()["records"]
    assert (record["k"], record["p"], record["j"]) == ("threads.comment", str(said.pk), str(cast.sphere.journal_id))
    assert record["facts"]["body"] == "Moi aussi"
    answers(browse(cast.carol), cast.carol, said, "Moi non")
    assert [row["facts"]["body"] for row in held(cast.alice, browse)] == ["Moi aussi", "Moi non"]
    [message] = held(cast.alice, browse, "messaging.message")
    assert message["facts"]["comments"] == 2
    assert "2 answers" in message["html"]
    assert Device(browse(cast.eve), cast.eve).pull().bodies() == []


def test_the_same_again_and_an_id_that_is_taken(cast: Cast, browse: Browse, said: Message) -> None:
    path = reverse("messaging:comments", args=[cast.sphere.slug, said.pk])
    command = fields(cast.bob, "threads.comment.1", id=uuid7(), body="Moi aussi")
    assert [post(browse(cast.bob), path, command).status_code for _ in range(2)] == [200, 200]
    assert standing(said) == 1
    assert answers(browse(cast.carol), cast.carol, said, "Autre", id=command["id"]).status_code == 409
    assert standing(said) == 1
    with inside(cast.sphere), pytest.raises(Conflict):
        comment(cast.carol, said, id=command["id"], body="Autre")


def test_bad_words(cast: Cast, browse: Browse, said: Message) -> None:
    for body in ("", "   ", "x" * (LONGEST_COMMENT + 1)):
        assert answers(browse(cast.bob), cast.bob, said, body).status_code == 422
    assert answers(browse(cast.bob), cast.bob, said, "x", id="y").status_code == 422
    answer = answers(browse(cast.bob), cast.bob, said, "<script>1</script> a\r\nb", _said_at="soon")
    [record] = answer.json()["records"]
    assert record["facts"]["body"] == "<script>1</script> a\nb"
    assert "<script>" not in record["html"]


def test_strangers_and_what_is_gone(cast: Cast, browse: Browse, said: Message) -> None:
    made = say(cast.bob, said)
    elsewhere = cast.say(cast.eve)
    for stranger in (cast.dan, cast.eve):
        assert answers(browse(stranger), stranger, said, "x").status_code == 404
    assert answers(browse(cast.eve), cast.eve, elsewhere, "x").status_code == 200
    path = reverse("messaging:comments", args=[cast.sphere.slug, elsewhere.pk])
    words = fields(cast.bob, "threads.comment.1", id=uuid7(), body="x")
    assert post(browse(cast.bob), path, words).status_code == 404
    with inside(cast.sphere):
        with pytest.raises(Refused):
            comment(cast.eve, said, id=uuid7(), body="x")
        delete_message(cast.alice, said)
        with pytest.raises(Http404):
            comment(cast.bob, said, id=uuid7(), body="x")
    # What answers it went along, everywhere.
    assert held(cast.carol, browse) == []
    assert browse(cast.bob).get(reverse("threads:edition", args=[cast.sphere.slug, made.pk])).status_code == 404


def test_who_came_later_answers_nothing_older(cast: Cast, browse: Browse, said: Message) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    cast.alice.refresh_from_db()
    late = admit(cast.alice, person("Gil"), name="Gil")
    assert answers(browse(late), late, said, "x").status_code == 404
    assert answers(browse(late), late, cast.say(cast.alice), "x").status_code == 200


def test_members_answer_where_only_some_begin(cast: Cast, browse: Browse, said: Message) -> None:
    settle(cast.alice, wanted={"type": "restricted"}, seen={})
    cast.alice.refresh_from_db()
    said = cast.say(cast.alice, "Annonce")
    assert answers(browse(cast.bob), cast.bob, said, "Merci").status_code == 200


def test_where_nothing_is_written_any_more(cast: Cast, browse: Browse, said: Message) -> None:
    made = say(cast.bob, said)
    archive(cast.alice)
    assert answers(browse(cast.bob), cast.bob, said, "x").status_code == 403
    cast.bob.refresh_from_db()
    with inside(cast.sphere), pytest.raises(Refused, match="archiv"):
        edit_comment(cast.bob, made, body="y", seen=made.body)


def test_the_charter_comes_first(cast: Cast, said: Message) -> None:
    made = say(cast.bob, said)
    with inside(cast.sphere):
        publish_charter(cast.alice, text="Gentiment.", seen="")
        cast.bob.refresh_from_db()
        for verb in (
            lambda: comment(cast.bob, said, id=uuid7(), body="x"),
            lambda: react(cast.bob, said, reaction="heart"),
            lambda: edit_comment(cast.bob, made, body="y", seen=made.body),
            lambda: delete_comment(cast.bob, made),
        ):
            with pytest.raises(Refused, match="charte"):
                verb()


def test_words_for_members_are_not_published(cast: Cast, browse: Browse, said: Message) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    assert answers(browse(cast.bob), cast.bob, said, "x", _readers="members").status_code == 403
    assert answers(browse(cast.bob), cast.bob, said, "x", _readers="everybody").status_code == 200


def test_without_the_tool_of_the_thing(cast: Cast, browse: Browse, said: Message) -> None:
    made = say(cast.bob, said)
    path = reverse("threads:edition", args=[cast.sphere.slug, made.pk])
    words = fields(cast.bob, "threads.edit.1", body="y", _seen_body=made.body)
    settle(cast.alice, wanted={"without": "messaging"}, seen={})
    assert answers(browse(cast.bob), cast.bob, said, "x").status_code == 403
    assert post(browse(cast.bob), path, words).status_code == 404


def test_the_author_changes_the_words(cast: Cast, browse: Browse, said: Message) -> None:
    made = say(cast.bob, said, "un\ndeux\ntrois")
    path = reverse("threads:edition", args=[cast.sphere.slug, made.pk])

    def edit(member: Membership, body: str, seen: str) -> Response:
        return post(browse(member), path, fields(member, "threads.edit.1", body=body, _seen_body=seen))

    assert edit(cast.alice, "détourné", made.body).status_code == 403
    assert edit(cast.bob, "un !\ndeux\ntrois", made.body).json()["records"][0]["facts"]["edited"] is True
    assert edit(cast.bob, "un\ndeux\ntrois !", made.body).status_code == 200
    assert [row["facts"]["body"] for row in held(cast.carol, browse)] == ["un !\ndeux\ntrois !"]
    assert edit(cast.bob, "une\ndeux\ntrois", made.body).status_code == 409
    with inside(cast.sphere):
        edit_comment(cast.bob, made, body="un !\ndeux\ntrois !", seen="un !\ndeux\ntrois !")
        long = "y" * (LONGEST_COMMENT - 12)
        with pytest.raises(Invalid):
            edit_comment(cast.bob, made, body=f"un\ndeux\ntrois !\n\n{long}", seen="un\ndeux\ntrois !")
        delete_comment(cast.bob, made)
        with pytest.raises(Http404):
            edit_comment(cast.bob, made, body="x", seen="un")


def test_it_is_deleted_once_and_by_whom_it_may(cast: Cast, browse: Browse, said: Message) -> None:
    made, other = say(cast.bob, said), say(cast.carol, said)
    path = reverse("threads:deletion", args=[cast.sphere.slug, made.pk])

    def delete(member: Membership) -> int:
        return post(browse(member), path, fields(member, "threads.delete.1")).status_code

    assert delete(cast.carol) == 403
    assert [delete(cast.alice), delete(cast.bob)] == [200, 200]
    assert standing(said) == 1
    assert [row["id"] for row in held(cast.carol, browse)] == [str(other.pk)]
    with inside(cast.sphere):
        # Its thing was deleted between.
        Message.objects.filter(pk=said.pk).update(deleted_at=clock.now())
        delete_comment(cast.carol, other)


def test_who_leaves_takes_the_words_along(cast: Cast, browse: Browse, said: Message) -> None:
    say(cast.bob, said, "adieu")
    say(cast.carol, said, "au revoir")
    end_membership(cast.bob, cast.bob, keeps_posts=False)
    cast.bob.refresh_from_db()
    remove_posts(cast.bob)
    rows = held(cast.carol, browse)
    assert [row["facts"]["body"] for row in rows] == ["", "au revoir"]
    assert "Removed by its author" in rows[0]["html"]
    assert "A former member" in rows[0]["html"]
    assert standing(said) == 2


def test_it_says_that_it_arrives_late(cast: Cast, browse: Browse, said: Message) -> None:
    now = clock.now()
    with inside(cast.sphere):
        late = comment(cast.bob, said, id=uuid7(), body="x", said_at=now - timedelta(hours=3))
        early = comment(cast.bob, said, id=uuid7(), body="x", said_at=now + timedelta(hours=3))
        old = comment(cast.bob, said, id=uuid7(), body="x", said_at=now - timedelta(days=365))
    assert (late.is_late, early.is_late) == (True, False)
    assert early.said_at <= early.arrived_at
    assert old.arrived_at - old.said_at == timedelta(days=90)
    assert "arrived" in held(cast.carol, browse)[0]["html"]


def test_comments_are_reacted_to(cast: Cast, browse: Browse, said: Message) -> None:
    made = say(cast.bob, said)
    path = reverse("threads:reaction", args=[cast.sphere.slug, made.pk])
    answer = post(browse(cast.carol), f"{path}?of=heart", fields(cast.carol, "threads.react.1"))
    assert answer.json()["location"] == reverse("messaging:thread", args=[cast.sphere.slug, said.pk])
    [row] = held(cast.alice, browse)
    assert "data-reaction" in row["html"]
    assert "/thread/" not in row["html"]


def test_without_javascript(cast: Cast, browse: Browse, said: Message) -> None:
    client = browse(cast.bob)
    page = reverse("messaging:thread", args=[cast.sphere.slug, said.pk])
    path = reverse("messaging:comments", args=[cast.sphere.slug, said.pk])
    assert f'action="{path}"' in client.get(page).content.decode()
    answer = post(client, path, fields(cast.bob, "threads.comment.1", id=uuid7(), body="Moi aussi"), device=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    shown = client.get(page).content.decode()
    assert "Moi aussi" in shown
    with inside(cast.sphere):
        made = Comment.objects.get()
    edition = reverse("threads:edition", args=[cast.sphere.slug, made.pk])
    assert "Moi aussi" in client.get(edition).content.decode()


def test_older_ones_are_asked_for(cast: Cast, browse: Browse, said: Message) -> None:
    for number in range(35):
        say(cast.bob, said, f"numéro {number:02}")
    say(cast.bob, cast.say(cast.bob), "ailleurs")
    page = reverse("messaging:thread", args=[cast.sphere.slug, said.pk])
    shown = browse(cast.bob).get(page).content.decode()
    assert ("numéro 34" in shown, "numéro 04" in shown, "ailleurs" in shown) == (True, False, False)
    before = shown.split("?before=")[1].split('"')[0]
    assert "numéro 04" in browse(cast.bob).get(f"{page}?before={before}").content.decode()


@pytest.mark.django_db(transaction=True)
def test_who_answer_at_once_are_all_counted(cast: Cast, said: Message) -> None:
    def rounds(member: Membership) -> None:
        try:
            with inside(cast.sphere):
                for _ in range(4):
                    made = comment(member, said, id=uuid7(), body="x")
                    react(member, said, reaction="heart")
                delete_comment(member, made)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(rounds, [cast.alice, cast.bob, cast.carol]))
    assert standing(said) == 9
    with inside(cast.sphere):
        assert Thread.objects.get(object_id=said.pk).tally == {"heart": 3}


def test_without_the_tool_of_what_it_answers_there_is_no_answer(cast: Cast, browse: Browse, said: Message) -> None:
    made = say(cast.bob, said)
    with inside(cast.sphere):
        report(cast.carol, made, id=uuid7(), reason="other")
    client = browse(cast.bob)
    pages = [reverse(f"threads:{name}", args=[cast.sphere.slug, made.pk]) for name in ("edition", "report")]
    assert [client.get(page).status_code for page in pages] == [200, 200]
    settle(cast.alice, wanted={"without": "messaging"}, seen={})
    assert [client.get(page).status_code for page in pages] == [404, 404]
    path = reverse("threads:deletion", args=[cast.sphere.slug, made.pk])
    assert post(client, path, fields(cast.bob, "threads.delete.1")).status_code == 404
