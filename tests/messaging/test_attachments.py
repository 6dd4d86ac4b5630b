"""Files in messages: what is sent with words, what is refused, and what goes with whoever leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from files.models import File, State
from journal.ids import uuid7
from messaging.actions import edit_message
from messaging.models import Attachment, Message
from spheres.actions import end_membership, remove_posts
from spheres.charters.actions import publish_charter
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast
from tests.files.sending import announce, file_of, part, photo, send, shown_by, work_off
from tests.sync.device import Device
from threads.actions import report
from threads.models import Report

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def said_with(cast: Cast, client: Client, *files: object, **more: Any) -> Response:
    """Let Bob send a message with these files in it."""
    path = reverse("messaging:messages", args=[cast.sphere.slug, cast.conversation.pk])
    return post(client, path, fields(cast.bob, "messaging.send.1", id=uuid7(), file=files, **{"body": "Look", **more}))


def messages(cast: Cast) -> list[Message]:
    with inside(cast.sphere):
        return list(Message.objects.with_files())


def test_files_stand_in_the_order_in_which_they_were_chosen(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    sent = [send(bob, cast.bob, photo(colour=colour), f"{colour}.jpg") for colour in ("red", "green", "blue")]
    answer = said_with(cast, bob, *reversed(sent), alt=["Blue", "", "Red"]).json()
    assert answer["outcome"] == "accepted"
    (message,) = messages(cast)
    assert [(one.file.name, one.file.alt) for one in message.attached] == [
        ("blue.jpg", "Blue"),
        ("green.jpg", ""),
        ("red.jpg", "Red"),
    ]


def test_what_no_database_keeps_is_left_out_of_a_description(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    assert said_with(cast, bob, send(bob, cast.bob, photo()), alt=["\0Blue\0"]).status_code == 200
    (message,) = messages(cast)
    assert message.attached[0].file.alt == "Blue"


def test_a_report_names_what_was_shown(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    said_with(cast, bob, send(bob, cast.bob, photo(), "roof.jpg"), alt=["The roof"], body="")
    said_with(cast, bob, send(bob, cast.bob, photo(colour="red"), "red.jpg"))
    with inside(cast.sphere):
        for message in messages(cast):
            report(cast.carol, message, id=uuid7(), reason="private")
        assert sorted(Report.objects.values_list("copy", flat=True)) == ["Look\nred.jpg", "roof.jpg: The roof"]


def test_a_file_that_did_not_arrive_holds_the_message_back(cast: Cast, browse: Browse) -> None:
    bob, half, strange = browse(cast.bob), uuid7(), uuid7()
    whole = send(bob, cast.bob, photo())
    announce(bob, cast.bob, half, 4)
    part(bob, cast.bob, half, 0, b"01")
    for missing in (half, strange):
        answer = said_with(cast, bob, whole, missing)
        assert (answer.status_code, answer.json()["outcome"]) == (403, "refused")
        assert "did not arrive" in answer.json()["sentence"]
    assert messages(cast) == []
    # Neither took the whole one with it.
    assert said_with(cast, bob, whole).status_code == 200


def test_only_ones_own_file_and_only_once(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    mine = send(bob, cast.bob, photo())
    carols = send(browse(cast.carol), cast.carol, photo(colour="pink"))
    eves = send(browse(cast.eve), cast.eve, photo(colour="gold"))
    assert [said_with(cast, bob, one).status_code for one in (carols, eves, mine, mine)] == [403, 403, 200, 403]
    assert len(messages(cast)) == 1


@pytest.mark.parametrize("said", ["photo.jpg", "1", "../etc"])
def test_what_is_no_file_is_said_to_be_none(cast: Cast, browse: Browse, said: str) -> None:
    assert said_with(cast, browse(cast.bob), said).status_code == 422
    assert messages(cast) == []


def test_more_than_twenty_files_do_not_go_with_it(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    sent = [send(bob, cast.bob, bytes([number])) for number in range(21)]
    answer = said_with(cast, bob, *sent)
    assert (answer.status_code, "20" in answer.json()["sentence"]) == (422, True)
    assert said_with(cast, bob, *sent[:20], sent[0]).status_code == 200  # the same one twice is one


def test_a_message_says_or_shows_something(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    assert said_with(cast, bob, body=" ").status_code == 422
    assert said_with(cast, bob, send(bob, cast.bob, photo()), body="").status_code == 200


def test_its_words_are_changed_and_its_files_stay(cast: Cast, browse: Browse) -> None:
    sent = shown_by(cast.bob, cast.conversation, body="avant")
    with inside(cast.sphere):
        edit_message(cast.bob, messages(cast)[0], body="après", seen="avant")
    page = browse(cast.alice).get(reverse("messaging:conversation", args=[cast.sphere.slug, cast.conversation.pk]))
    assert reverse("files:thumbnail", args=[cast.sphere.slug, sent]) in page.content.decode()
    assert "après" in page.content.decode()


def test_a_device_that_was_behind_has_the_row_of_one_that_was_not(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo())
    assert said_with(cast, browse(cast.bob), sent).status_code == 200
    behind = Device(browse(cast.alice), cast.alice).pull()
    work_off()
    behind.pull()
    fresh = Device(browse(cast.alice), cast.alice).pull()
    assert behind.store == fresh.store
    assert "/thumbnail/" in str(fresh.store)


def test_words_and_files_go_with_whoever_wants_it(cast: Cast, browse: Browse) -> None:
    sent = shown_by(cast.bob, cast.conversation, body="Le toit")
    where = reverse("files:thumbnail", args=[cast.sphere.slug, sent])
    seen = browse(cast.alice).get(where)
    assert (seen.status_code, bool(seen.getvalue())) == (200, True)
    end_membership(cast.bob, cast.bob, keeps_posts=False)
    cast.bob.refresh_from_db()
    remove_posts(cast.bob)
    assert browse(cast.alice).get(where).status_code == 404
    with inside(cast.sphere):
        assert not Attachment.objects.exists()
        assert File.objects.get().discarded_at


def test_before_the_charter_nothing_is_sent_and_nothing_seen(cast: Cast, browse: Browse) -> None:
    sent = shown_by(cast.bob, cast.conversation)
    with inside(cast.sphere):
        publish_charter(cast.alice, text="On se parle gentiment.", seen="")
    bob = browse(cast.bob)
    assert announce(bob, cast.bob, uuid7(), 4).status_code == 403
    assert bob.get(reverse("files:thumbnail", args=[cast.sphere.slug, sent])).status_code == 302


def test_a_browser_without_script_posts_its_files(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    path = reverse("messaging:messages", args=[cast.sphere.slug, cast.conversation.pk])
    posted = {"file": [SimpleUploadedFile("a/b.txt", b"0123"), SimpleUploadedFile("photo.jpg", photo())]}
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="")
    assert post(bob, path, {**said, **posted}, device=False).status_code == 303
    # Sent twice, it is said once.
    again = {"file": [SimpleUploadedFile("a/b.txt", b"0123"), SimpleUploadedFile("photo.jpg", photo())]}
    assert post(bob, path, {**said, **again}, device=False).status_code == 303
    (message,) = messages(cast)
    assert [one.file.name for one in message.attached] == ["b.txt", "photo.jpg"]
    work_off()
    assert file_of(cast.bob, message.attached[1].file.pk).state == State.READY


def test_the_ids_of_files_are_nobodys_guess(cast: Cast, browse: Browse) -> None:
    assert browse(cast.alice).get(reverse("files:original", args=[cast.sphere.slug, UUID(int=7)])).status_code == 404


def test_an_empty_file_comes_with_a_form_too(cast: Cast, browse: Browse) -> None:
    path = reverse("messaging:messages", args=[cast.sphere.slug, cast.conversation.pk])
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="")
    posted = {"file": SimpleUploadedFile("empty.txt", b"")}
    assert post(browse(cast.bob), path, {**said, **posted}, device=False).status_code == 303
    ((attachment,),) = [message.attached for message in messages(cast)]
    assert (attachment.file.name, attachment.file.size) == ("empty.txt", 0)
