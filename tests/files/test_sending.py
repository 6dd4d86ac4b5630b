"""Files arrive whole, once, and through any number of cuts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from files import actions
from files.models import LARGEST, Chunk, File, State, Waste
from files.querysets import WASTE_LASTS
from files.tasks import forget_files
from journal import clock
from journal.ids import uuid7
from messaging.actions import delete_message
from spheres.actions import archive, end_membership
from spheres.charters.actions import publish_charter
from spheres.models import Membership
from spheres.seal import inside
from tests.conftest import Cast
from tests.files.sending import announce, blob_of, file_of, heads, offset, part, photo, send, stored_paths, work_off
from tests.files.test_serving import said_with

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def test_a_file_arrives_in_parts_and_is_whole(cast: Cast, browse: Browse) -> None:
    content = os.urandom(600_000)
    sent = send(browse(cast.bob), cast.bob, content, "plan.bin")
    file = file_of(cast.bob, sent)
    assert (file.name, file.size, file.received, file.state) == ("plan.bin", 600_000, 600_000, State.PREPARING)
    work_off()
    file = file_of(cast.bob, sent)
    assert (file.state, blob_of(cast.bob, sent).type) == (State.READY, "application/octet-stream")
    with default_storage.open(blob_of(cast.bob, sent).stored) as stored:
        assert stored.read() == content
    with inside(cast.sphere):
        assert not Chunk.objects.exists()


def test_a_cut_goes_on_where_it_was(cast: Cast, browse: Browse) -> None:
    bob, sent, content = browse(cast.bob), uuid7(), b"0123456789"
    assert offset(bob, cast.bob, sent) is None
    answer = announce(bob, cast.bob, sent, 10)
    assert (answer.status_code, answer["Location"]) == (201, reverse("files:upload", args=[cast.sphere.slug, sent]))
    assert part(bob, cast.bob, sent, 0, content[:4])["Upload-Offset"] == "4"
    assert offset(bob, cast.bob, sent) == 4
    # The answer was lost: the same part again is not taken twice, and a later one not before its turn.
    assert [part(bob, cast.bob, sent, at, content[at : at + 4]).status_code for at in (0, 8)] == [409, 409]
    assert part(bob, cast.bob, sent, 0, content[:4])["Upload-Offset"] == "4"
    assert part(bob, cast.bob, sent, 4, content[4:])["Upload-Offset"] == "10"
    work_off()
    with default_storage.open(blob_of(cast.bob, sent).stored) as stored:
        assert stored.read() == content


def test_announced_again_it_goes_on(cast: Cast, browse: Browse) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 10)
    part(bob, cast.bob, sent, 0, b"0123")
    assert announce(bob, cast.bob, sent, 10).status_code == 201
    assert offset(bob, cast.bob, sent) == 4
    # Another file under the same number, or somebody else's.
    assert announce(bob, cast.bob, sent, 11).status_code == 409
    assert announce(browse(cast.carol), cast.carol, sent, 10).status_code == 409


def test_of_two_that_bring_the_same_part_the_action_takes_one(cast: Cast, browse: Browse) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 4)
    found = file_of(cast.bob, sent)  # as both saw it before either had written
    with inside(cast.sphere):
        assert actions.receive(cast.bob, found, offset=0, size=2, stored="chunks/one") == 2
        with pytest.raises(actions.Misplaced) as misplaced:
            actions.receive(cast.bob, found, offset=0, size=2, stored="chunks/other")
    assert misplaced.value.received == 2


def test_more_than_was_announced_is_not_taken(cast: Cast, browse: Browse) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 3)
    assert part(bob, cast.bob, sent, 0, b"0123").status_code == 409
    assert offset(bob, cast.bob, sent) == 0


def test_what_is_not_taken_leaves_nothing_in_the_storage(cast: Cast, browse: Browse) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 3)
    assert part(bob, cast.bob, sent, 0, b"0123").status_code == 409
    assert len(stored_paths(cast.sphere)) == Waste.objects.count() == 1
    with clock.at(clock.now() + WASTE_LASTS + timedelta(minutes=1)):
        forget_files()
    assert not stored_paths(cast.sphere)


def test_a_byte_at_a_time_is_not_how_files_are_sent(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.rules.FREE_PARTS", 2)
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 4)
    assert [part(bob, cast.bob, sent, at, b"0").status_code for at in range(3)] == [204, 204, 403]


def test_an_empty_file_arrives_too(cast: Cast, browse: Browse) -> None:
    sent = uuid7()
    assert announce(browse(cast.bob), cast.bob, sent, 0, "empty.txt").status_code == 201
    work_off()
    assert (file_of(cast.bob, sent).state, blob_of(cast.bob, sent).size) == (State.READY, 0)


@pytest.mark.parametrize("size", [LARGEST + 1, -1, "", "many", "9" * 30])
def test_a_wrong_size_is_said_and_changes_nothing(cast: Cast, browse: Browse, size: int | str) -> None:
    sent = uuid7()
    answer = announce(browse(cast.bob), cast.bob, sent, size)
    if size == LARGEST + 1:
        assert (answer.status_code, answer.json()["outcome"]) == (413, "refused")
        assert "2 GB" in answer.json()["sentence"]
        assert answer["Alveole-Command"]  # final: nothing could make it smaller
    else:
        assert answer.status_code == 400
    assert offset(browse(cast.bob), cast.bob, sent) is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Upload-Offset": "x"}, 415), ({"Upload-Offset": "-1"}, 415), ({"Upload-Offset": "9" * 20}, 415)],
)
def test_a_malformed_part_is_not_taken(cast: Cast, browse: Browse, headers: dict[str, str], status: int) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 3)
    assert part(bob, cast.bob, sent, 0, b"012", **headers).status_code == status
    assert offset(bob, cast.bob, sent) == 0


def test_the_protocol_says_what_it_can(cast: Cast, browse: Browse) -> None:
    answer = browse(cast.bob).options(reverse("files:uploads", args=[cast.sphere.slug]))
    assert (answer["Tus-Version"], answer["Tus-Max-Size"]) == ("1.0.0", str(LARGEST))
    assert {"creation", "termination"} <= set(answer["Tus-Extension"].split(","))


def test_what_was_given_up_is_gone(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    sent = send(bob, cast.bob, b"0123")
    assert (
        bob.delete(reverse("files:upload", args=[cast.sphere.slug, sent]), headers=heads(cast.bob)).status_code == 204
    )
    assert offset(bob, cast.bob, sent) is None
    assert part(bob, cast.bob, sent, 4, b"4").status_code == 404


def test_what_is_in_a_message_is_not_given_up_by_a_device_that_is_late(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    sent = send(bob, cast.bob, photo())
    with inside(cast.sphere):
        late = File.objects.get(pk=sent)
    said_with(cast.bob, cast, sent)
    with inside(cast.sphere):
        actions.give_up(cast.bob, late)
    assert file_of(cast.bob, sent).discarded_at is None


def test_what_is_given_up_meanwhile_takes_no_part_and_is_not_given_up_twice(cast: Cast, browse: Browse) -> None:
    sent = uuid7()
    announce(browse(cast.bob), cast.bob, sent, 3)
    with inside(cast.sphere):
        late = File.objects.get(pk=sent)
        actions.give_up(cast.bob, late)
        with pytest.raises(Http404):
            actions.receive(cast.bob, late, offset=0, size=3, stored=actions.begin("chunks", cast.sphere.pk))
        with pytest.raises(Http404):
            actions.give_up(cast.bob, late)
    assert file_of(cast.bob, sent).received == 0


@pytest.mark.parametrize("who", ["dan", "eve"])
def test_a_stranger_sends_nothing_where_a_member_does(cast: Cast, browse: Browse, who: str) -> None:
    bobs = uuid7()
    assert announce(browse(cast.bob), cast.bob, bobs, 3).status_code == 201
    stranger: Membership = getattr(cast, who)
    client = browse(stranger)
    address = reverse("files:uploads", args=[cast.sphere.slug])
    headers = heads(stranger, **{"Upload-Length": "3", "Upload-Metadata": "id eA=="})
    assert client.post(address, headers=headers).status_code == 404
    assert client.head(f"{address}{bobs}/", headers=headers).status_code == 404


def test_another_members_file_is_nobody_elses(cast: Cast, browse: Browse) -> None:
    sent = uuid7()
    announce(browse(cast.bob), cast.bob, sent, 3)
    assert offset(browse(cast.alice), cast.alice, sent) is None
    assert part(browse(cast.alice), cast.alice, sent, 0, b"012").status_code == 404


def test_nobody_signed_in_and_somebody_else_are_told_so_and_it_is_not_final(cast: Cast, browse: Browse) -> None:
    address = reverse("files:uploads", args=[cast.sphere.slug])
    said = {**heads(cast.bob), "Upload-Length": "3"}
    anonymous = browse(None).post(address, headers=said)
    another = browse(cast.alice).post(address, headers=said)
    assert [(one.status_code, "Alveole-Command" in one) for one in (anonymous, another)] == [(401, False), (412, False)]


def test_whoever_was_removed_sends_no_more_parts(cast: Cast, browse: Browse) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 4)
    assert part(bob, cast.bob, sent, 0, b"01").status_code == 204
    end_membership(cast.alice, cast.bob)
    assert part(bob, cast.bob, sent, 2, b"23").status_code == 404


def test_in_an_archived_sphere_nothing_is_sent(cast: Cast, browse: Browse) -> None:
    assert announce(browse(cast.bob), cast.bob, uuid7(), 4).status_code == 201
    archive(cast.alice)
    answer = announce(browse(cast.bob), cast.bob, uuid7(), 4)
    assert (answer.status_code, answer.json()["outcome"], "archived" in answer.json()["sentence"]) == (
        403,
        "refused",
        True,
    )


@pytest.mark.parametrize("method", ["head", "get", "post", "patch", "delete"])
def test_whoever_owes_the_charter_is_told_so_and_it_is_final(cast: Cast, browse: Browse, method: str) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 4)
    with inside(cast.sphere):
        publish_charter(cast.alice, text="We are friends.", seen="")
    headers = heads(cast.bob)
    name, ids = ("files:uploads", []) if method == "post" else ("files:upload", [sent])
    answer = getattr(bob, method)(reverse(name, args=[cast.sphere.slug, *ids]), headers=headers)
    assert (answer.status_code, answer["Alveole-Command"]) == (403, headers["Alveole-Command"])
    if method != "head":
        assert (answer.json()["outcome"], "charter" in answer.json()["sentence"]) == ("refused", True)
    # A browser that asks by itself is told no too, and is no device.
    page = bob.get(reverse("files:upload", args=[cast.sphere.slug, sent]))
    assert (page.status_code, "Alveole-Command" in page) == (403, False)


def test_every_answer_says_that_it_is_ours(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    bob, sent = browse(cast.bob), uuid7()
    where = reverse("files:upload", args=[cast.sphere.slug, sent])
    missing = bob.head(where, headers=heads(cast.bob))
    stranger = browse(cast.eve).head(where, headers=heads(cast.eve))
    anonymous = browse(None).head(where, headers=heads(cast.bob))
    another = announce(browse(cast.alice), cast.bob, sent, 4)
    unnamed = announce(bob, cast.bob, sent, "")
    monkeypatch.setattr("files.rules.MOST_UNATTACHED", 0)
    refused = announce(bob, cast.bob, sent, 4)
    answers = [missing, stranger, anonymous, another, unnamed, refused]
    assert [one.status_code for one in answers] == [404, 404, 401, 412, 400, 403]
    assert [one.headers.get("Tus-Resumable") for one in answers] == ["1.0.0"] * 6
    assert "Tus-Resumable" not in bob.get(reverse("spheres:sphere", args=[cast.sphere.slug]))


def test_what_was_said_and_deleted_since_is_not_final_where_it_is_announced_again(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = browse(cast.bob)
    sent = send(bob, cast.bob, photo())
    message = said_with(cast.bob, cast, sent)
    with inside(cast.sphere):
        delete_message(cast.bob, message)
    # The answer to the command was lost: its device asks, and announces what is not there.
    assert offset(bob, cast.bob, sent) is None
    monkeypatch.setattr("files.rules.MOST_UNATTACHED", 0)  # and that it might send no more counts as little
    answer = announce(bob, cast.bob, sent, len(photo()))
    assert (answer.status_code, "Alveole-Command" in answer) == (404, False)


def test_too_many_at_once_are_refused(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("files.rules.MOST_UNATTACHED", 2)
    answers = [announce(browse(cast.bob), cast.bob, uuid7(), 4).status_code for _ in range(3)]
    assert answers == [201, 201, 403]


def test_a_storage_that_is_away_is_tried_again(
    cast: Cast, browse: Browse, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob, sent = browse(cast.bob), uuid7()
    announce(bob, cast.bob, sent, 3)

    def full(*_said: object) -> str:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", full)
        answer = part(bob, cast.bob, sent, 0, b"012")
        assert (answer.status_code, "Alveole-Command" in answer) == (503, False)
        assert int(answer["Retry-After"]) > 0
    assert offset(bob, cast.bob, sent) == 0
    assert part(bob, cast.bob, sent, 0, b"012").status_code == 204


def test_the_same_content_is_kept_once_in_a_sphere(cast: Cast, browse: Browse) -> None:
    content = photo()
    ids = [send(browse(member), member, content) for member in (cast.bob, cast.bob, cast.carol)]
    work_off()
    assert {file_of(cast.bob, sent).state for sent in ids} == {State.READY}
    (kept,) = {blob_of(cast.bob, sent).stored for sent in ids}
    eves = file_of(cast.eve, send(browse(cast.eve), cast.eve, content))
    work_off()
    assert blob_of(cast.eve, eves.pk).stored != kept
