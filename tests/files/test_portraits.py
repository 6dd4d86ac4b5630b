"""The photo by which a member is known in one sphere: chosen, prepared, seen there alone, taken away."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from files.portraits import actions
from journal.errors import Refused
from journal.ids import uuid7
from spheres.actions import admit, archive, end_membership, present, settle
from spheres.charters.actions import publish_charter
from spheres.models import Membership, Sphere
from spheres.organisations.actions import found_organisation
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.files.portraits import (
    brings,
    chooses,
    is_wanted,
    picture_of,
    portraits,
    removes,
    sees,
    shown,
    thumbnail,
    told,
)
from tests.files.sending import announce, part, photo, photo_with_place, send, shown_by, work_off
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def row(device: Device, member: Membership) -> dict[str, object]:
    """Give a member's row as a device has it."""
    return next(row for row in device.shown.values() if row["id"] == str(member.pk) and row["k"] == "spheres.member")


def test_a_photo_is_shown_once_it_is_prepared_and_changes_everywhere(cast: Cast, browse: Browse) -> None:
    bob, hers = browse(cast.bob), Device(browse(cast.alice), cast.alice).pull()
    sent = send(bob, cast.bob, photo_with_place(), "face.jpg")
    assert chooses(bob, cast.bob, sent).json()["outcome"] == "accepted"
    assert (picture_of(cast.bob), told(cast.bob), sees(browse(cast.alice), cast.bob, sent)) == (None, "waiting", 404)
    work_off()
    assert (picture_of(cast.bob), told(cast.bob)) == (sent, "")
    seen = row(hers.pull(), cast.bob)
    assert seen["facts"]["photo"] == thumbnail(cast.bob, sent)  # type: ignore[index]  # facts are a dict
    assert f'<img src="{thumbnail(cast.bob, sent)}" alt=""' in str(seen["html"])
    assert hers.shown == Device(browse(cast.alice), cast.alice).pull().shown
    for page in (reverse("spheres:members", args=[cast.sphere.slug]), f"/s/{cast.sphere.slug}/members/{cast.bob.pk}/"):
        assert thumbnail(cast.bob, sent) in browse(cast.carol).get(page).content.decode()
    # Nobody else's row says more than it did.
    assert "photo" not in row(hers, cast.alice)["facts"]  # type: ignore[operator]  # the same
    content = browse(cast.alice).get(thumbnail(cast.bob, sent)).getvalue()
    assert not Image.open(io.BytesIO(content)).getexif()
    assert b"Secret camera" not in content


def test_what_waits_is_told_to_nobody_else(cast: Cast, browse: Browse) -> None:
    hers = Device(browse(cast.alice), cast.alice).pull()
    before = dict(hers.store)
    assert chooses(browse(cast.bob), cast.bob, send(browse(cast.bob), cast.bob, photo())).status_code == 200
    assert hers.pull().store == before
    assert "waiting" in str(Device(browse(cast.bob), cast.bob).pull().store)


def test_it_is_seen_in_its_sphere_and_nowhere_else(cast: Cast, browse: Browse) -> None:
    sent = shown(browse(cast.bob), cast.bob)
    assert [sees(browse(one), cast.bob, sent) for one in (cast.alice, cast.bob, cast.carol)] == [200, 200, 200]
    assert [sees(browse(one), cast.bob, sent) for one in (cast.eve, cast.dan, None)] == [404, 404, 302]
    # Nor by the address of another sphere.
    assert sees(browse(cast.eve), cast.eve, sent) == 404
    assert str(sent) not in str(Device(browse(cast.eve), cast.eve).pull().store)


def test_somebody_with_two_spheres_has_two_faces(cast: Cast, browse: Browse) -> None:
    assert cast.bob.person is not None
    there = found_organisation(cast.bob.person, name="Ailleurs")
    sent = shown(browse(cast.bob), cast.bob)
    assert (picture_of(cast.bob), picture_of(there)) == (sent, None)
    # What was sent to one sphere is nothing in the other.
    loose = send(browse(cast.bob), cast.bob, photo())
    assert chooses(browse(cast.bob), there, loose).status_code == 403
    assert picture_of(there) is None


def test_another_photo_takes_its_place_and_the_first_is_let_go(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    first, second, third = shown(bob, cast.bob), send(bob, cast.bob, photo(colour="red")), None
    assert chooses(bob, cast.bob, second).status_code == 200
    third = send(bob, cast.bob, photo(colour="blue"))
    assert chooses(bob, cast.bob, third).status_code == 200
    # Until the newest is prepared the first is shown; the one between never was.
    assert (picture_of(cast.bob), sees(browse(cast.alice), cast.bob, first)) == (first, 200)
    work_off()
    assert (picture_of(cast.bob), portraits(cast.bob)) == (third, 1)
    assert [is_wanted(cast.bob, one) for one in (first, second, third)] == [False, False, True]
    assert [sees(browse(cast.alice), cast.bob, one) for one in (first, second, third)] == [404, 404, 200]


def test_the_same_picture_again_is_shown_at_once(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    shown(bob, cast.bob)
    again = send(bob, cast.bob, photo())
    work_off()
    assert chooses(bob, cast.bob, again).status_code == 200
    assert (picture_of(cast.bob), told(cast.bob)) == (again, "")


def test_it_is_taken_away_and_with_it_what_waits(cast: Cast, browse: Browse) -> None:
    bob, hers = browse(cast.bob), Device(browse(cast.alice), cast.alice).pull()
    sent, waiting = shown(bob, cast.bob), send(bob, cast.bob, photo(colour="red"))
    assert chooses(bob, cast.bob, waiting).status_code == 200
    for _again in range(2):
        assert removes(bob, cast.bob).status_code == 200
    work_off()
    assert (picture_of(cast.bob), portraits(cast.bob), told(cast.bob)) == (None, 0, "")
    assert [is_wanted(cast.bob, one) for one in (sent, waiting)] == [False, False]
    assert "photo" not in row(hers.pull(), cast.bob)["facts"]  # type: ignore[operator]  # facts are a dict
    assert sees(browse(cast.alice), cast.bob, sent) == 404


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WRONG = {"pdf": PDF, "text": b"I am a photo, believe me.\n" * 40, "svg": SVG, "nothing": b""}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_no_picture_is_said_to_be_none(cast: Cast, browse: Browse, kind: str) -> None:
    bob = browse(cast.bob)
    first = shown(bob, cast.bob)
    for is_prepared in (False, True):
        wrong = send(bob, cast.bob, WRONG[kind], "face.jpg")
        if is_prepared:
            work_off()
        answer = chooses(bob, cast.bob, wrong)
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, ["file"])
        assert "not a picture" in str(answer.json()["fields"])
    page = brings(bob, cast.bob, WRONG[kind])
    assert (page.status_code, "not a picture" in page.content.decode()) == (422, True)
    work_off()
    assert (picture_of(cast.bob), portraits(cast.bob)) == (first, 1)


def bomb() -> bytes:
    """Make a picture of a hundred megapixels in a few kilobytes."""
    content = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("broken", [bomb(), photo()[:300]], ids=["bomb", "cut"])
def test_what_cannot_be_prepared_leaves_what_was_and_its_sender_is_told(
    cast: Cast, browse: Browse, broken: bytes
) -> None:
    bob = browse(cast.bob)
    first, hers = shown(bob, cast.bob), Device(browse(cast.alice), cast.alice).pull()
    before = dict(hers.store)
    wrong = send(bob, cast.bob, broken)
    assert chooses(bob, cast.bob, wrong).status_code == 200
    work_off()
    assert (picture_of(cast.bob), portraits(cast.bob), told(cast.bob)) == (first, 1, "failed")
    assert not is_wanted(cast.bob, wrong)
    assert hers.pull().store == before
    page = bob.get(f"/s/{cast.sphere.slug}/members/{cast.bob.pk}/").content.decode()
    assert 'data-mine-photo="failed"' in page
    # Sent once more it is known to be none, and with another one all is well.
    again = send(bob, cast.bob, broken)
    work_off()
    assert chooses(bob, cast.bob, again).status_code == 422
    shown(bob, cast.bob, colour="red")
    assert told(cast.bob) == ""


def test_only_ones_own_file_that_arrived_and_only_once(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    half, mine = uuid7(), shown_by(cast.bob, cast.conversation)
    announce(bob, cast.bob, half, 4)
    part(bob, cast.bob, half, 0, b"01")
    carols = send(browse(cast.carol), cast.carol, photo())
    eves = send(browse(cast.eve), cast.eve, photo())
    for strange in (half, mine, carols, eves, uuid7()):
        answer = chooses(bob, cast.bob, strange)
        assert (answer.status_code, "did not arrive" in answer.json()["sentence"]) == (403, True)
    for wrong in ("", "face.jpg", ["01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"]):
        assert chooses(bob, cast.bob, wrong).status_code == 422
    assert (picture_of(cast.bob), portraits(cast.bob)) == (None, 0)
    # Carol's is hers still.
    assert chooses(browse(cast.carol), cast.carol, carols).status_code == 200


def test_the_same_command_again_changes_nothing(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    said = fields(cast.bob, "portraits.choose.1", file=send(bob, cast.bob, photo()))
    answers = [post(bob, f"/s/{cast.sphere.slug}/photo/", said) for _again in range(2)]
    work_off()
    answers.append(post(bob, f"/s/{cast.sphere.slug}/photo/", said))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert portraits(cast.bob) == 1


def test_a_browser_without_script_brings_it_with_the_form(cast: Cast, browse: Browse) -> None:
    bob, own = browse(cast.bob), f"/s/{cast.sphere.slug}/members/{cast.bob.pk}/"
    assert 'enctype="multipart/form-data"' in bob.get(own).content.decode()
    answer = brings(bob, cast.bob, photo())
    assert (answer.status_code, answer.headers["Location"]) == (303, own)
    work_off()
    assert thumbnail(cast.bob, picture_of(cast.bob)) in bob.get(own).content.decode()


def test_it_goes_with_whoever_leaves(cast: Cast, browse: Browse) -> None:
    sent = shown(browse(cast.bob), cast.bob)
    end_membership(cast.alice, cast.bob)
    assert sees(browse(cast.alice), cast.bob, sent) == 404
    assert (picture_of(cast.bob), portraits(cast.bob), is_wanted(cast.bob, sent)) == (None, 0, False)


def test_before_the_charter_and_in_an_archive_none_is_shown_anew(cast: Cast, browse: Browse) -> None:
    bob = browse(cast.bob)
    shown(bob, cast.bob)
    loose = send(bob, cast.bob, photo(colour="red"))
    archive(cast.alice)
    assert chooses(bob, cast.bob, loose).status_code == 403
    # To be seen no more is always possible.
    assert removes(bob, cast.bob).status_code == 200
    Sphere.objects.update(archived_at=None)
    with inside(cast.sphere):
        publish_charter(cast.alice, text="On se parle gentiment.", seen="")
        cast.bob.refresh_from_db()
        with pytest.raises(Refused):
            actions.choose_photo(cast.bob, file=loose)
    assert picture_of(cast.bob) is None


def test_where_an_organisation_lists_nobody_its_members_see_no_faces(cast: Cast, browse: Browse) -> None:
    maud = found_organisation(person("Maud"), name="Lormeau")
    jo, ida = (admit(maud, person(name), name=name) for name in ("Jo", "Ida"))
    sent = shown(browse(jo), jo)
    assert [sees(browse(one), jo, sent) for one in (maud, jo, ida)] == [200, 200, 200]
    settle(maud, wanted={"lists_members": "no"}, seen={})
    assert [sees(browse(one), jo, sent) for one in (maud, jo, ida)] == [200, 200, 404]
    # Their own changes for them all the same.
    his = Device(browse(jo), jo).pull()
    other = shown(browse(jo), jo, colour="red")
    assert str(other) in str(row(his.pull(), jo)["html"])


def test_who_reads_what_everybody_does_sees_no_faces(cast: Cast, browse: Browse) -> None:
    sent = shown(browse(cast.bob), cast.bob)
    settle(cast.alice, wanted={"type": "public"}, seen={})
    present(cast.bob, name="Bob", is_named=True)
    cast.say(cast.bob)
    assert sees(browse(None), cast.bob, sent) == 404
    assert sees(browse(cast.eve), cast.bob, sent) == 404
    assert str(sent) not in browse(None).get(f"/s/{cast.sphere.slug}/").content.decode()
