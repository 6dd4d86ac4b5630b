"""What becomes of a file: its true type, a picture without what a camera adds, and another try after every failure."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image, UnidentifiedImageError

from files import actions, tasks
from files.actions.preparing import Stored
from files.models import Blob, File, Rendition, State, Step
from files.nature import nature_of
from files.picture import UNFIT, make
from files.preparing import LEASE, MOST_TRIES, prepare
from files.querysets import WASTE_LASTS
from files.tus import name_of
from journal import clock
from journal.ids import uuid7
from spheres.models import Membership
from spheres.seal import inside
from tests.conftest import Cast
from tests.files.sending import announce, blob_of, file_of, part, photo, photo_with_place, send, stored_paths, work_off

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
# A square of 64 pixels as an iPhone keeps it: whatever encodes it is under the GPL, and not here.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "AA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAGQAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEA"
    "AGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3Bl"
    "AAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAAAhbWRhdAAAABUoAa8LYPrGwdf/+DWr"
    "cXkfxDO07cA="
)
MARKUP = b"<!DOCTYPE html><script>alert(1)</script>"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def stored(name: str) -> bytes:
    with default_storage.open(name) as content:
        return bytes(content.read())


def pictures(member: Membership, sent: object) -> dict[str, Image.Image]:
    """Open what was made of a picture."""
    with inside(member.sphere):
        blob: Blob = File.objects.select_related("blob").get(pk=sent).blob
        names = {one.name: one.stored for one in Rendition.objects.filter(blob=blob)} | {"whole": blob.stored}
    return {name: Image.open(io.BytesIO(stored(where))) for name, where in names.items()}


def test_a_photo_says_no_more_where_it_was_taken_and_stands_upright(cast: Cast, browse: Browse) -> None:
    taken = photo_with_place()
    assert b"Secret camera" in taken
    sent = send(browse(cast.bob), cast.bob, taken)
    work_off()
    made = pictures(cast.bob, sent)
    assert set(made) == {"whole", "preview", "thumbnail"}
    for picture in made.values():
        assert not picture.getexif()
        assert picture.width < picture.height
    blob = blob_of(cast.bob, sent)
    assert (blob.width, blob.height, blob.type) == (480, 640, "image/jpeg")
    # A day later what was sent is nowhere any more.
    with clock.at(clock.now() + WASTE_LASTS + timedelta(minutes=1)):
        tasks.forget_files()
    kept = [path.read_bytes() for path in stored_paths(cast.sphere)]
    assert kept
    assert not any(b"Secret camera" in content for content in kept)


@pytest.mark.parametrize(("kind", "whole"), [("PNG", "image/jpeg"), ("WEBP", "image/jpeg"), ("AVIF", "image/jpeg")])
def test_each_kind_of_picture_is_made_fit(cast: Cast, browse: Browse, kind: str, whole: str) -> None:
    sent = send(browse(cast.bob), cast.bob, photo((900, 600), kind), f"picture.{kind.lower()}")
    work_off()
    file = file_of(cast.bob, sent)
    assert (file.state, blob_of(cast.bob, sent).type, file.shown_name) == (State.READY, whole, "picture.jpg")
    assert pictures(cast.bob, sent)["thumbnail"].size == (480, 320)


def test_an_iphones_photo_is_made_fit(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, HEIC, "IMG_0001.HEIC")
    work_off()
    file = file_of(cast.bob, sent)
    assert (file.state, blob_of(cast.bob, sent).type, file.shown_name) == (State.READY, "image/jpeg", "IMG_0001.jpg")


def test_what_shines_through_goes_on_doing_so(cast: Cast, browse: Browse) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 10)).save(content, "PNG")
    sent = send(browse(cast.bob), cast.bob, content.getvalue(), "logo.png")
    work_off()
    assert blob_of(cast.bob, sent).type == "image/png"
    assert pictures(cast.bob, sent)["whole"].mode == "RGBA"


def test_a_moving_picture_goes_on_moving(cast: Cast, browse: Browse) -> None:
    content = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:], duration=80)
    sent = send(browse(cast.bob), cast.bob, content.getvalue(), "wave.gif")
    work_off()
    made = pictures(cast.bob, sent)
    assert [getattr(made[name], "n_frames", 1) for name in ("whole", "preview", "thumbnail")] == [3, 3, 1]


@pytest.mark.parametrize(
    ("content", "name"),
    [(MARKUP, "photo.jpg"), (DRAWING, "logo.svg"), (b"hello", "notes.txt"), (b"PK\x03\x04" + bytes(99), "bomb.zip")],
)
def test_what_could_act_in_a_browser_is_bytes(cast: Cast, browse: Browse, content: bytes, name: str) -> None:
    sent = send(browse(cast.bob), cast.bob, content, name)
    work_off()
    file, blob = file_of(cast.bob, sent), blob_of(cast.bob, sent)
    assert (file.state, blob.type, file.is_picture) == (
        State.READY,
        "application/octet-stream",
        False,
    )


@pytest.mark.parametrize(
    "content",
    [
        photo()[:900],  # cut in the middle of its head
        b"\xff\xd8\xff\xe0" + bytes(5000),
        photo((9000, 9000), "PNG"),  # 81 million pixels, of a few bytes each
    ],
    ids=["cut", "no picture", "bomb"],
)
def test_a_picture_that_is_none_is_said_to_be_none(cast: Cast, browse: Browse, content: bytes) -> None:
    sent = send(browse(cast.bob), cast.bob, content)
    work_off()
    assert file_of(cast.bob, sent).state == State.FAILED
    assert not Step.objects.exists()


def test_a_polyglot_loses_what_was_hidden_in_it(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo() + MARKUP, "photo.html")
    work_off()
    file = file_of(cast.bob, sent)
    assert b"script" not in stored(blob_of(cast.bob, sent).stored)
    assert file.shown_name == "photo.jpg"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\plans\\roof.dwg", "roof.dwg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\r\nSet-Cookie: b", "aSet-Cookie: b"),
        ("", "file"),
        (" .. ", "file"),
        ("é" * 300 + ".jpeg", "é" * 155 + ".jpeg"),
        ("x" * 300, "x" * 160),
    ],
)
def test_a_name_is_only_a_name(said: str, shown: str) -> None:
    assert name_of(said) == shown


def test_a_worker_that_dies_is_followed_by_another(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, b"0123")
    step = Step.objects.get()
    assert Step.objects.claim(step.pk, LEASE)  # and then it died
    prepare(step.pk)
    assert file_of(cast.bob, sent).state == State.PREPARING
    with clock.at(clock.now() + LEASE + timedelta(seconds=1)):
        assert [one.pk for one in Step.objects.due()] == [step.pk]
        prepare(step.pk)
    assert file_of(cast.bob, sent).state == State.READY


def test_a_storage_that_is_away_is_waited_for_however_long(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = send(browse(cast.bob), cast.bob, b"0123")

    def away(*_said: object) -> str:
        raise ConnectionError

    later = clock.now()
    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "save", away)
        for _ in range(30):
            with clock.at(later):
                assert work_off() == 1
            later += timedelta(hours=1)
        assert (file_of(cast.bob, sent).state, Step.objects.get().tries) == (State.PREPARING, 0)
    with clock.at(later):
        assert work_off() == 1
    assert file_of(cast.bob, sent).state == State.READY


def test_what_kills_its_workers_counts_as_failed(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, b"0123")
    step, later = Step.objects.get(), clock.now()
    for _ in range(MOST_TRIES):
        with clock.at(later):
            assert Step.objects.claim(step.pk, LEASE)  # and then it died
        later += LEASE + timedelta(seconds=1)
    assert file_of(cast.bob, sent).state == State.PREPARING
    with clock.at(later):
        work_off()
    assert file_of(cast.bob, sent).state == State.FAILED


def test_how_it_was_cut_says_nothing_of_what_it_is(cast: Cast, browse: Browse) -> None:
    bob, sent, content = browse(cast.bob), uuid7(), photo_with_place()
    announce(bob, cast.bob, sent, len(content))
    assert part(bob, cast.bob, sent, 0, content[:1]).status_code == 204
    assert part(bob, cast.bob, sent, 1, content[1:]).status_code == 204
    work_off()
    assert blob_of(cast.bob, sent).type == "image/jpeg"
    assert not pictures(cast.bob, sent)["whole"].getexif()


def test_a_comment_in_a_photo_is_not_carried_over(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo(comment=b"SECRET-COMMENT 48.85N"))
    work_off()
    for picture in pictures(cast.bob, sent).values():
        assert "comment" not in picture.info


@pytest.mark.parametrize(
    ("head", "nature"),
    [
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", "image/heif"),
        (b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc", "image/heif"),
        (b"II*\0" + bytes(60), "image/tiff"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", "video/mp4"),
        (b"%!PS-Adobe-3.0", "application/octet-stream"),
    ],
)
def test_the_nature_of_a_head(head: bytes, nature: str) -> None:
    assert nature_of(head) == nature


def test_no_reader_of_programs_is_asked_for_a_picture(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"%!PSftypheic\n%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(UnidentifiedImageError):
        make(source, tmp_path)


def test_where_the_machine_has_no_room_a_picture_waits(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = send(browse(cast.bob), cast.bob, photo())
    monkeypatch.setattr("files.preparing.NO_ROOM", UNFIT)
    prepare(Step.objects.get().pk)
    with default_storage.open(blob_of(cast.bob, sent).stored, "wb") as broken:
        broken.write(b"no picture")
    prepare(Step.objects.get().pk)
    assert (file_of(cast.bob, sent).state, Step.objects.get().waits) == (State.PREPARING, 1)


def test_two_workers_do_a_step_once(cast: Cast, browse: Browse) -> None:
    send(browse(cast.bob), cast.bob, b"0123")
    step = Step.objects.get()
    assert Step.objects.claim(step.pk, LEASE)
    assert Step.objects.claim(step.pk, LEASE) is None


def test_what_came_late_changes_nothing_and_leaves_no_bytes(cast: Cast, browse: Browse) -> None:
    sent = send(browse(cast.bob), cast.bob, photo())
    late = Step.objects.get()
    work_off()
    before = blob_of(cast.bob, sent).stored
    files = stored_paths(cast.sphere)
    with inside(cast.sphere):
        actions.gathered(late, Stored("blobs/none", 1, "image/jpeg"), "0" * 64)
        actions.pictured(late, Stored("blobs/none", 1, "image/jpeg"), 1, 1, {})
        actions.failed(late)
    assert (file_of(cast.bob, sent).state, blob_of(cast.bob, sent).stored) == (State.READY, before)
    assert files == stored_paths(cast.sphere)


def test_the_clock_finds_what_waits(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    send(browse(cast.bob), cast.bob, b"0123")
    woken: list[tuple[str, ...]] = []
    monkeypatch.setattr(tasks, "wake", lambda *said: woken.append(said))
    tasks.prepare_what_waits()
    assert woken == [("files.tasks.prepare", str(Step.objects.get().pk))]
    tasks.prepare(woken[0][1])
    assert not Step.objects.exists()
