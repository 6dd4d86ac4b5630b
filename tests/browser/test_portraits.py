"""Faces and logos on telephones: chosen without network, seen by the others beside words, gone when taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from messaging.actions import delete_message
from spheres.models import Membership, Sphere
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.people import Phone
from tests.conftest import Cast
from tests.files.portraits import picture_of
from tests.files.sending import photo, photo_with_place, work_off
from tests.live import wait_until


@pytest.fixture
def face(tmp_path: Path) -> Path:
    """Take a photo of oneself."""
    path = tmp_path / "face.jpg"
    path.write_bytes(photo_with_place())
    return path


def own_page(member: Membership) -> str:
    return f"/s/{member.sphere.slug}/members/{member.pk}/"


def talk(cast: Cast) -> str:
    return f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"


def heading(phone: Phone) -> Locator:
    return phone.page.locator("[data-heading] :is(.avatar, .mark)")


def face_of(phone: Phone, words: str) -> Locator:
    """Find the picture beside what somebody said."""
    return phone.page.locator("live-row", has_text=words).locator(".avatar img")


def is_drawn(picture: Locator) -> None:
    wait_until(lambda: picture.evaluate("image => image.complete && image.naturalWidth > 1"), "the picture is drawn")


@pytest.mark.db
def test_a_face_chosen_in_a_dead_zone_is_seen_beside_words(cast: Cast, phone_of: GivePhone, face: Path) -> None:
    before = cast.say(cast.bob, "said before")
    bob, alice = phone_of(cast.bob), phone_of(cast.alice)
    alice.opens(talk(cast))
    alice.keeps(cast.sphere)
    expect(alice.page.get_by_text("said before")).to_be_visible()
    expect(face_of(alice, "said before")).to_have_count(0)
    bob.opens(own_page(cast.bob))
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.page.get_by_label("A picture from this device").set_input_files(face)
    bob.page.get_by_role("button", name="Show this photo").click()
    bob.waits(1)
    # At once, on this telephone, and after it was put away too.
    for _again in range(2):
        is_drawn(heading(bob).locator("img"))
        expect(bob.page.get_by_text("Not sent yet.")).to_be_visible()
        bob.opens_cold(own_page(cast.bob))
    bob.gets_network()
    bob.waits(0)
    expect(bob.page.get_by_text("It was sent, and is being prepared.")).to_be_visible()
    expect(heading(bob).locator("img")).to_have_count(0)
    assert work_off() == 2
    is_drawn(heading(bob).locator("img"))
    expect(bob.page.get_by_text("being prepared")).to_be_hidden()
    # No row of a message was told anew.
    is_drawn(face_of(alice, "said before"))
    cast.say(cast.bob, "said after")
    is_drawn(face_of(alice, "said after"))
    # A message goes, and the face beside it stays everybody's.
    with inside(cast.sphere):
        delete_message(cast.bob, before)
    expect(face_of(alice, "said before")).to_have_count(0)
    alice.loses_network()
    alice.opens_cold(talk(cast))
    is_drawn(face_of(alice, "said after"))
    alice.gets_network()
    bob.page.get_by_role("button", name="Take my photo away").click()
    expect(heading(bob).locator("img")).to_have_count(0)
    bob.waits(0)
    assert picture_of(cast.bob) is None
    expect(face_of(alice, "said after")).to_have_count(0)
    expect(alice.page.locator("live-row", has_text="said after").locator(".avatar")).to_have_text("B")


def test_what_cannot_be_shown_is_said_and_initials_stay(cast: Cast, phone_of: GivePhone, tmp_path: Path) -> None:
    bob = phone_of(cast.bob)
    bob.opens(own_page(cast.bob))
    for name, content in (("cut.jpg", photo()[:300]), ("note.jpg", b"I am no photo")):
        (tmp_path / name).write_bytes(content)
        bob.page.get_by_label("A picture from this device").set_input_files(tmp_path / name)
        bob.page.get_by_role("button", name="Show this photo").click()
        if name == "cut.jpg":
            bob.waits(0)
            work_off()
            expect(bob.page.get_by_text("This picture could not be prepared.")).to_be_visible()
    bob.page.get_by_role("link", name="To send").first.click()
    expect(bob.page.get_by_role("alert")).to_contain_text("This is not a picture.")
    assert picture_of(cast.bob) is None


def test_without_the_picture_the_initials_are_seen(cast: Cast, phone_of: GivePhone, face: Path) -> None:
    bob = phone_of(cast.bob)
    bob.opens(own_page(cast.bob))

    def nothing(route: Route) -> None:
        route.abort()

    bob.context.route("**/thumbnail/", nothing)
    bob.page.get_by_label("A picture from this device").set_input_files(face)
    bob.page.get_by_role("button", name="Show this photo").click()
    bob.waits(0)
    work_off()
    wait_until(lambda: picture_of(cast.bob) is not None, "the photo")
    bob.opens(f"/s/{cast.sphere.slug}/members/")
    expect(bob.page.locator("main .avatar", has_text="B").locator("img")).to_have_count(0)


def test_a_logo_stands_beside_the_name_at_home(cast: Cast, phone_of: GivePhone, face: Path) -> None:
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    bob.opens("/")
    alice.opens(f"/s/{cast.sphere.slug}/settings/")
    alice.page.get_by_label("A picture from this device").set_input_files(face)
    alice.page.get_by_role("button", name="Show this logo").click()
    alice.waits(0)
    work_off()
    wait_until(lambda: Sphere.objects.get(pk=cast.sphere.pk).logo is not None, "the logo")
    for picture in (heading(alice).locator("img"), bob.page.locator("main .row.sphere .mark img")):
        expect(picture).to_have_count(1)
        is_drawn(picture)
    bob.opens(f"/s/{cast.sphere.slug}/settings/")
    expect(bob.page.get_by_role("heading", name="Logo")).to_be_hidden()
