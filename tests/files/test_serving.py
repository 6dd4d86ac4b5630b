"""Who gets a file, and how: through the seal, in parts, and into no browser's hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from files.models import Blob, File, Rendition
from files.querysets import DISCARDED_LASTS, UNATTACHED_LASTS, WASTE_LASTS
from files.tasks import forget_files
from journal import clock
from journal.ids import uuid7
from messaging.actions import delete_message, send_message
from messaging.models import Message
from spheres.actions import end_membership, erase
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.files.sending import blob_of, photo, send, shown_by, work_off

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def address(member: Membership, sent: UUID, form: str = "original") -> str:
    return reverse(f"files:{form}", args=[member.sphere.slug, sent])


def said_with(member: Membership, cast: Cast, *ids: UUID, body: str = "Look") -> Message:
    """Send a message with files in it."""
    with inside(member.sphere):
        place = cast.elsewhere if member.sphere_id == cast.eve.sphere_id else cast.conversation
        return send_message(member, place, id=uuid7(), body=body, files=ids)


def status(client: Client, where: str) -> int:
    """Ask for a file and say how it was answered."""
    answer = client.get(where)
    if answer.streaming:
        whole(answer)
    return int(answer.status_code)


def whole(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_whoever_reads_the_message_gets_its_file(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo(), "roof.png")
    work_off()
    # Until it is said, it is its sender's alone.
    assert [status(browse(one), address(cast.bob, sent)) for one in (cast.bob, cast.alice)] == [200, 404]
    said_with(cast.bob, cast, sent)
    for form in ("original", "thumbnail", "preview"):
        for member in (cast.alice, cast.bob, cast.carol):
            answer = browse(member).get(address(cast.bob, sent, form))
            assert answer.status_code == 200
            assert answer["Content-Type"].startswith("image/")
            assert len(whole(answer)) == int(answer["Content-Length"])
        for stranger in (cast.dan, cast.eve):
            assert status(browse(stranger), address(cast.bob, sent, form)) == 404
        assert status(browse(None), address(cast.bob, sent, form)) == 302


def test_nobody_reaches_it_from_another_sphere(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo())
    work_off()
    said_with(cast.bob, cast, sent)
    assert status(browse(cast.eve), reverse("files:original", args=[cast.eve.sphere.slug, sent])) == 404


def test_removal_and_deletion_are_at_once(cast: Cast, browse: Browse) -> None:
    ids = [send(browse(cast.bob), cast.bob, photo(colour=colour)) for colour in ("red", "blue")]
    work_off()
    first, _second = (said_with(cast.bob, cast, sent) for sent in ids)
    carol = browse(cast.carol)
    assert [status(carol, address(cast.bob, sent)) for sent in ids] == [200, 200]
    with inside(cast.sphere):
        delete_message(cast.bob, first)
    assert [status(carol, address(cast.bob, sent)) for sent in ids] == [404, 200]
    # Its sender neither: what is deleted is deleted.
    assert status(browse(cast.bob), address(cast.bob, ids[0])) == 404
    end_membership(cast.alice, cast.carol)
    assert status(carol, address(cast.bob, ids[1])) == 404


def test_what_was_shown_before_somebody_came_is_not_theirs(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo())
    work_off()
    said_with(cast.bob, cast, sent)
    assert status(browse(cast.carol), address(cast.bob, sent)) == 200
    reader = cast.carol.readers.get(journal=cast.sphere.journal_id)
    cast.sphere.journal.refresh_from_db()
    reader.since = cast.sphere.journal.last_seq
    reader.save()
    assert status(browse(cast.carol), address(cast.bob, sent)) == 404


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("bytes=0-3", (206, b"0123", "bytes 0-3/10")),
        ("bytes=4-", (206, b"456789", "bytes 4-9/10")),
        ("bytes=-3", (206, b"789", "bytes 7-9/10")),
        ("bytes=-30", (200, b"0123456789", None)),
        ("bytes=8-99", (206, b"89", "bytes 8-9/10")),
        ("bytes=10-", (416, b"", "bytes */10")),
        ("bytes=7-3", (416, b"", "bytes */10")),
        ("bytes=-0", (416, b"", "bytes */10")),
        ("bytes=0-1,4-5", (200, b"0123456789", None)),
        ("lines=1-2", (200, b"0123456789", None)),
        ("bytes=-", (200, b"0123456789", None)),
    ],
)
def test_a_part_is_given_where_a_part_is_asked_for(
    cast: Cast, browse: Browse, asked: str, answered: tuple[int, bytes, str | None]
) -> None:
    sent = send(browse(cast.bob), cast.bob, b"0123456789", "notes.bin")
    work_off()
    answer = browse(cast.bob).get(address(cast.bob, sent), headers={"range": asked})
    content = whole(answer) if answer.streaming else answer.content
    assert (answer.status_code, content, answer.get("Content-Range")) == answered


def test_what_a_browser_has_is_not_sent_again(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, b"0123456789")
    work_off()
    bob = browse(cast.bob)
    first = bob.get(address(cast.bob, sent))
    assert whole(first) == b"0123456789"
    again = bob.get(address(cast.bob, sent), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    changed = bob.get(address(cast.bob, sent), headers={"range": "bytes=0-1", "if-range": '"another"'})
    assert (changed.status_code, whole(changed)) == (200, b"0123456789")
    about = bob.head(address(cast.bob, sent))
    assert (about.status_code, about["Content-Length"], about.content) == (200, "10", b"")


def test_no_file_acts_on_this_site(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    page = send(bob, cast.bob, b"<!DOCTYPE html><script>1</script>", 'a";b\u202e.html')
    shot = send(bob, cast.bob, photo())
    work_off()
    for sent, kind, way in ((page, "application/octet-stream", "attachment"), (shot, "image/jpeg", "inline")):
        answer = bob.get(address(cast.bob, sent))
        assert whole(answer)
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"].startswith(way)
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-cache"


def test_a_storage_that_is_away_is_said_to_be(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = send(browse(cast.bob), cast.bob, b"0123456789")
    work_off()
    default_storage.delete(blob_of(cast.bob, sent).stored)
    answer = browse(cast.bob).get(address(cast.bob, sent))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")


def test_what_nothing_shows_any_more_is_erased_with_its_bytes(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    gone, shared, stays, loose = (
        send(bob, cast.bob, photo(colour=colour)) for colour in ("red", "teal", "teal", "pink")
    )
    work_off()
    first = said_with(cast.bob, cast, gone, shared)
    said_with(cast.bob, cast, stays)
    bytes_of = {sent: blob_of(cast.bob, sent).stored for sent in (gone, shared, stays, loose)}
    with inside(cast.sphere):
        delete_message(cast.bob, first)
    kept: list[list[bool]] = []
    now = clock.now()
    for age in (DISCARDED_LASTS, DISCARDED_LASTS + WASTE_LASTS, UNATTACHED_LASTS, UNATTACHED_LASTS + WASTE_LASTS):
        with clock.at(now + age + timedelta(minutes=len(kept) + 1)):
            forget_files()
        kept.append([default_storage.exists(bytes_of[sent]) for sent in (gone, shared, stays, loose)])
    everything, without_the_gone, without_the_loose = [True] * 4, [False, True, True, True], [False, True, True, False]
    assert kept == [everything, without_the_gone, without_the_gone, without_the_loose]
    with inside(cast.sphere):
        assert {file.pk for file in File.objects.all()} == {stays}
    assert status(bob, address(cast.bob, stays)) == 200


def test_a_sphere_is_erased_with_its_files(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo())
    half = send(browse(cast.bob), cast.bob, b"0123")
    work_off()
    said_with(cast.bob, cast, sent)
    kept = blob_of(cast.bob, sent).stored
    with inside(cast.sphere):
        names = [kept, *Rendition.objects.values_list("stored", flat=True), blob_of(cast.bob, half).stored]
        assert all(default_storage.exists(name) for name in names)
    cast.sphere.deleted_at = clock.now() - timedelta(days=8)
    cast.sphere.save()
    erase(cast.sphere)
    with clock.at(clock.now() + WASTE_LASTS + timedelta(minutes=1)):
        forget_files()
    assert not any(default_storage.exists(name) for name in names)
    with inside(cast.eve.sphere):
        assert not Blob.objects.exists()


def test_a_message_tells_what_becomes_of_its_file(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    sent = send(bob, cast.bob, photo(), "roof.jpg")
    path = reverse("messaging:messages", args=[cast.sphere.slug, cast.conversation.pk])
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="", file=[sent], alt=["The new roof"])
    answer = post(bob, path, said).json()
    assert answer["outcome"] == "accepted", answer
    (row,) = answer["records"]
    assert row["facts"]["file_names"] == ["roof.jpg"]
    assert 'data-state="preparing"' in row["html"]
    work_off()
    page = browse(cast.alice).get(reverse("messaging:conversation", args=[cast.sphere.slug, cast.conversation.pk]))
    shown = page.content.decode()
    assert address(cast.bob, sent, "thumbnail") in shown
    assert 'alt="The new roof"' in shown
    # The same command again is the same message.
    assert post(bob, path, said).json()["outcome"] == "accepted"
    with inside(cast.sphere):
        assert Message.objects.count() == 1


def test_with_messaging_switched_off_its_files_are_off_too(cast: Cast, browse: Browse) -> None:
    sent = shown_by(cast.bob, cast.conversation)
    assert status(browse(cast.alice), address(cast.bob, sent)) == 200
    cast.sphere.without = "messaging"
    cast.sphere.save()
    assert status(browse(cast.alice), address(cast.bob, sent)) == 404
