"""Pictures and files from a telephone: without network, through cuts, whole and once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Request, Route, expect

from accounts.links import sign_in_link
from files.models import File
from messaging.actions import delete_message
from messaging.models import Message
from spheres.actions import end_membership
from spheres.charters.actions import publish_charter
from spheres.models import Membership
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.people import MEMORY, Phone
from tests.conftest import Cast
from tests.files.sending import blob_of, photo, photo_with_place, shown_by, work_off
from tests.live import wait_until

# How many pictures this browser keeps.
KEPT = """async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("media|"));
    const kept = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return kept.flat().length;
}"""
PARTS = re.compile(r"/uploads/[0-9a-f-]{36}/$")


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Take a photo that is more than one part long."""
    path = tmp_path / "roof.jpg"
    noise = photo_with_place()
    path.write_bytes(noise + bytes(600_000))
    return path


def in_conversation(phone: Phone, member: Membership, cast: Cast) -> Phone:
    assert member.person
    phone.follow_link(sign_in_link(member.person))
    phone.opens(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/")
    phone.is_live()
    return phone


def chooses(phone: Phone, *paths: Path) -> None:
    """Choose files as a person does, one after the other."""
    for path in paths:
        phone.page.locator("file-tray input[type=file]").set_input_files(path)


def sends(phone: Phone) -> None:
    phone.page.get_by_role("button", name="Send").click()


def pictures(phone: Phone) -> Locator:
    return phone.page.locator("live-row:not([data-pending]) a.picture img")


def is_drawn(picture: Locator) -> None:
    """See a picture, and not the place where one should be."""
    picture.scroll_into_view_if_needed()
    wait_until(lambda: picture.evaluate("image => image.complete && image.naturalWidth > 1"), "the picture is drawn")


def messages(cast: Cast) -> list[Message]:
    with inside(cast.sphere):
        return list(Message.objects.with_files().order_by("arrived_at"))


@pytest.mark.db
def test_a_photo_taken_in_a_dead_zone_arrives_whole_and_once(cast: Cast, give_phone: GivePhone, shot: Path) -> None:
    bob = in_conversation(give_phone(), cast.bob, cast)
    alice = in_conversation(give_phone(), cast.alice, cast)
    bob.keeps(cast.sphere)
    bob.loses_network()
    chooses(bob, shot)
    expect(bob.page.locator("file-tray [data-held] img")).to_be_visible()
    bob.page.get_by_label("What does it show? roof.jpg").fill("The new roof")
    sends(bob)
    expect(bob.page.locator("file-tray [data-held]")).to_have_count(0)
    expect(bob.pending).to_have_count(1)
    expect(bob.pending.locator("img.picture")).to_be_visible()
    bob.waits(1)
    bob.reloads()
    expect(bob.pending.locator("img.picture")).to_have_attribute("alt", "The new roof")
    bob.gets_network()
    bob.waits(0)
    expect(alice.page.locator("live-row .file")).to_contain_text("Being prepared")
    (message,) = messages(cast)
    (attachment,) = message.attached
    assert (attachment.file.received, attachment.file.name) == (shot.stat().st_size, "roof.jpg")
    assert work_off() == 2
    for phone in (alice, bob):
        expect(pictures(phone)).to_have_count(1)
        expect(pictures(phone)).to_have_attribute("alt", "The new roof")
        is_drawn(pictures(phone))
    assert blob_of(cast.bob, attachment.file.pk).type == "image/jpeg"
    assert len(messages(cast)) == 1


def test_a_line_that_is_cut_again_and_again_sends_each_part_once(cast: Cast, give_phone: GivePhone, shot: Path) -> None:
    bob = in_conversation(give_phone(), cast.bob, cast)
    taken: list[int] = []

    def cut(route: Route, request: Request) -> None:
        """Lose every second answer, after the server has taken the part."""
        if request.method != "PATCH":
            return route.continue_()
        taken.append(int(request.headers["upload-offset"]))
        if len(taken) % 2:
            route.fetch()
            return route.abort()
        return route.continue_()

    bob.context.route(PARTS, cut)
    chooses(bob, shot)
    sends(bob)
    bob.waits(0)
    # Three parts; the answer of the first and the third got lost, and neither was sent again.
    assert taken == sorted(set(taken))
    (message,) = messages(cast)
    assert message.attached[0].file.received == shot.stat().st_size


def test_chosen_and_not_sent_it_is_still_there_after_a_reload(cast: Cast, give_phone: GivePhone, shot: Path) -> None:
    bob = in_conversation(give_phone(), cast.bob, cast)
    chooses(bob, shot)
    bob.page.get_by_label("Message", exact=True).fill("half a")
    # What is being written still is nobody's yet: no change was told.
    bob.page.get_by_label("What does it show?").press_sequentially("The roof aft")
    wait_until(lambda: "The roof aft" in bob.page.evaluate(MEMORY), "the draft is kept")
    bob.reloads()
    expect(bob.page.locator("file-tray [data-held] img")).to_be_visible()
    expect(bob.page.get_by_label("What does it show?")).to_have_value("The roof aft")
    expect(bob.page.get_by_label("Message", exact=True)).to_have_value("half a")
    bob.page.get_by_role("button", name="Take out").click()
    expect(bob.page.locator("file-tray [data-held]")).to_have_count(0)


def test_what_was_added_and_taken_out_is_said(cast: Cast, give_phone: GivePhone, shot: Path) -> None:
    bob = in_conversation(give_phone(), cast.bob, cast)
    status = bob.page.locator("file-tray [role=status]")
    expect(status).to_have_text("")
    chooses(bob, shot)
    expect(status).to_have_text("Added: roof.jpg")
    bob.page.get_by_role("button", name="Take out").click()
    expect(status).to_have_text("Taken out: roof.jpg")


def test_what_is_too_large_is_said_and_the_words_are_kept(
    cast: Cast, give_phone: GivePhone, shot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.rules.LARGEST", 1000)
    bob = in_conversation(give_phone(), cast.bob, cast)
    bob.page.get_by_label("Message", exact=True).fill("Look at this")
    chooses(bob, shot)
    sends(bob)
    expect(bob.pending).to_contain_text("too large")
    assert messages(cast) == []
    bob.opens("/outbox/")
    bob.page.get_by_role("button", name="Edit").click()
    expect(bob.page.get_by_label("Message", exact=True)).to_have_value("Look at this")
    expect(bob.page.locator("file-tray [data-held]")).to_have_count(1)


def test_a_picture_that_was_seen_is_seen_without_network_and_goes_with_the_place(
    cast: Cast, give_phone: GivePhone
) -> None:
    shown_by(cast.bob, cast.conversation, photo(), body="The roof")
    carol = in_conversation(give_phone(), cast.carol, cast)
    carol.keeps(cast.sphere)
    carol.reloads()
    is_drawn(pictures(carol))
    wait_until(lambda: carol.page.evaluate(KEPT), "the picture is kept")
    carol.loses_network()
    carol.reloads()
    is_drawn(pictures(carol))
    pictures(carol).click()
    large = carol.page.locator("dialog.viewer img")
    expect(large).to_be_visible()
    is_drawn(large)
    carol.page.get_by_role("button", name="Close").click()
    expect(large).to_have_count(0)
    carol.gets_network()
    carol.is_live()
    end_membership(cast.alice, cast.carol)
    carol.is_home()
    wait_until(lambda: not carol.page.evaluate(KEPT), "the picture is gone")


@pytest.mark.parametrize("is_there", [True, False], ids=["on screen", "meanwhile"])
def test_a_deleted_picture_is_kept_nowhere(cast: Cast, give_phone: GivePhone, is_there: bool) -> None:
    shown_by(cast.alice, cast.conversation)
    bob = in_conversation(give_phone(), cast.bob, cast)
    bob.keeps(cast.sphere)
    bob.reloads()
    is_drawn(pictures(bob))
    wait_until(lambda: bob.page.evaluate(KEPT), "the picture is kept")
    address = pictures(bob).get_attribute("src")
    if not is_there:
        bob.opens("/me/")
    (message,) = messages(cast)
    with inside(cast.sphere):
        delete_message(cast.alice, message)
    if is_there:
        expect(pictures(bob)).to_have_count(0)
    else:
        # Asked for once more, it is shown from what is kept, and the server says that it is no more.
        bob.page.evaluate("address => fetch(address).then(({status}) => status)", address)
    wait_until(lambda: not bob.page.evaluate(KEPT), "the picture is gone")
    assert bob.page.evaluate("address => fetch(address).then(({status}) => status)", address) == 404


@pytest.mark.db
def test_whoever_owes_the_charter_reads_why_nothing_is_sent(cast: Cast, give_phone: GivePhone, shot: Path) -> None:
    bob = in_conversation(give_phone(), cast.bob, cast)
    bob.keeps(cast.sphere)
    bob.loses_network()
    chooses(bob, shot)
    sends(bob)
    bob.waits(1)
    with inside(cast.sphere):
        publish_charter(cast.alice, text="We are friends.", seen="")
    bob.gets_network()
    expect(bob.page.locator('body[data-page="charters:charter"]')).to_be_attached()
    bob.opens("/outbox/")
    expect(bob.page.locator("outbox-list")).to_contain_text("This sphere has a charter. Read and accept it")
    assert messages(cast) == []


def test_a_page_without_script_sends_a_picture_too(cast: Cast, give_phone: GivePhone, shot: Path) -> None:
    phone = give_phone(java_script_enabled=False)
    assert cast.bob.person
    phone.page.goto(sign_in_link(cast.bob.person))
    phone.page.get_by_role("button").first.click()
    phone.page.goto(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/")
    chooses(phone, shot)
    # The browser's own control, wide enough to say what was chosen.
    assert phone.page.locator("file-tray input[type=file]").evaluate("input => input.offsetWidth") > 100
    sends(phone)
    expect(phone.page.locator(".file")).to_contain_text("Being prepared")
    assert work_off() == 2
    phone.page.reload()
    is_drawn(phone.page.locator("a.picture img"))
    with inside(cast.sphere):
        assert File.objects.get().attached_at
