"""A charter on a phone: it stands before the sphere, offline too, and is one page and one tap."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from spheres.actions import delete_sphere, give_role
from spheres.charters.actions import publish_charter
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.browser.people import Phone
from tests.browser.test_disk import DISKS
from tests.conftest import Cast
from tests.guests.making import made, path

TEXT = "We speak to each other as friends."


def publishes(cast: Cast, text: str = TEXT, seen: str = "") -> None:
    with inside(cast.sphere):
        publish_charter(cast.alice, text=text, seen=seen)


def is_asked(phone: Phone, text: str = TEXT) -> None:
    expect(phone.page.locator('body[data-page="charters:charter"][data-owes-charter]')).to_be_attached()
    expect(phone.page.get_by_text(text)).to_be_visible()
    expect(phone.page.get_by_role("button", name="I agree")).to_be_visible()


def agrees(phone: Phone) -> None:
    phone.page.get_by_role("button", name="I agree").click()


def is_in(phone: Phone) -> None:
    expect(phone.page.locator('body[data-page="spheres:sphere"]:not([data-owes-charter])')).to_be_attached()
    expect(phone.page.locator('main live-list[kind="messaging.conversation"] a')).to_be_visible()


def test_it_is_published_on_a_phone_and_asks_the_others_at_once(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "a word from before")
    alice, bob = look(phone_of(cast.alice)), look(phone_of(cast.bob))
    bob.opens(talk)
    bob.sees("a word from before")
    bob.keeps(cast.sphere)
    alice.opens(f"/s/{cast.sphere.slug}/")
    alice.page.get_by_role("link", name="Charter").click()
    expect(alice.page.get_by_role("heading", name="No charter")).to_be_visible()
    assert complaints(alice.page) == []
    alice.page.get_by_role("link", name="Write or change the charter").click()
    field = alice.page.get_by_label("What everybody here agrees to")
    field.fill(TEXT)
    alice.page.get_by_role("button", name="Publish").click()
    alice.waits(0)
    expect(alice.page.get_by_text(TEXT)).to_be_visible()
    expect(alice.page.get_by_role("button", name="I agree")).to_be_hidden()

    is_asked(bob)
    assert complaints(bob.page) == []
    bob.hears(lambda: "a word from before" not in bob.memory(), "nothing of the sphere is on the phone")
    bob.opens("/")
    bob.page.locator("main").get_by_role("link", name="Chantier").click()
    is_asked(bob)
    agrees(bob)
    is_in(bob)
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    bob.sees("a word from before")

    alice.page.get_by_role("link", name="Who agreed, and when").click()
    expect(alice.page.locator("main live-row")).to_have_count(2)
    expect(alice.page.locator("html[aria-busy]")).to_have_count(0)
    assert complaints(alice.page) == []


def test_without_network_it_is_read_and_agreed_to(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "a word from before")
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    publishes(cast)
    is_asked(bob)
    bob.loses_network()
    bob.opens_cold(talk)
    is_asked(bob)
    agrees(bob)
    bob.waits(1)
    bob.gets_network()
    bob.waits(0)
    is_in(bob)
    bob.opens(talk)
    bob.sees("a word from before")


def test_words_written_without_network_wait_with_their_sentence(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.writes("from the cellar")
    publishes(cast)
    bob.gets_network()
    is_asked(bob)
    agrees(bob)
    is_in(bob)
    bob.opens("/outbox/")
    expect(bob.page.get_by_role("alert")).to_contain_text("This sphere has a charter")
    expect(bob.page.locator("main")).to_contain_text("from the cellar")


def test_a_change_is_made_from_what_stands_offline_too(cast: Cast, phone_of: GivePhone) -> None:
    publishes(cast)
    alice = phone_of(cast.alice)
    alice.opens(f"/s/{cast.sphere.slug}/charter/")
    alice.keeps(cast.sphere)
    alice.loses_network()
    alice.opens_cold(f"/s/{cast.sphere.slug}/charter/edition/")
    field = alice.page.get_by_label("What everybody here agrees to")
    expect(field).to_have_value(TEXT)
    field.fill(f"{TEXT} Always.")
    alice.page.get_by_role("button", name="Publish").click()
    alice.gets_network()
    expect(alice.page.get_by_text(f"{TEXT} Always.")).to_be_visible()


def test_a_grandmother_reads_one_page_and_taps_once(cast: Cast, give_phone: GivePhone) -> None:
    publishes(cast)
    jeanne = look(give_phone())
    jeanne.page.goto(path(made(cast.alice)))
    jeanne.page.get_by_role("button", name="Come in").click()
    is_asked(jeanne)
    assert complaints(jeanne.page) == []
    agrees(jeanne)
    is_in(jeanne)


def test_who_does_not_agree_leaves_from_there(cast: Cast, phone_of: GivePhone) -> None:
    give_role(cast.alice, cast.bob, role="administrator")
    publishes(cast)
    bob = phone_of(cast.bob)
    bob.opens(f"/s/{cast.sphere.slug}/")
    is_asked(bob)
    bob.page.locator("summary", has_text="Leave this sphere").click()
    bob.page.get_by_role("button", name="Leave this sphere").click()
    expect(bob.page.locator('body[data-page="spheres:home"]')).to_be_attached()
    expect(bob.page.get_by_role("link", name="Chantier")).to_have_count(0)


@pytest.mark.parametrize("disk", ["missing", "full"])
def test_without_a_disk_it_asks_and_lets_go(cast: Cast, phone_of: GivePhone, talk: str, disk: str) -> None:
    cast.say(cast.alice, "a word from before")
    bob = phone_of(cast.bob)
    bob.context.add_init_script(DISKS[disk])
    bob.opens(talk)
    bob.sees("a word from before")
    bob.is_live()
    publishes(cast)
    is_asked(bob)
    agrees(bob)
    is_in(bob)


def test_who_owes_it_puts_a_deleted_sphere_back_first(cast: Cast, phone_of: GivePhone) -> None:
    give_role(cast.alice, cast.bob, role="administrator")
    publishes(cast)
    delete_sphere(cast.alice)
    bob = phone_of(cast.bob)
    bob.opens(f"/s/{cast.sphere.slug}/")
    bob.is_live()
    bob.page.get_by_role("button", name="Put it back").click()
    is_asked(bob)


def test_an_edition_that_was_changed_meanwhile_leaves_nothing_to_decide(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    publishes(cast)
    bob = phone_of(cast.bob)
    bob.opens(talk)
    is_asked(bob)
    bob.keeps(cast.sphere)
    bob.loses_network()
    agrees(bob)
    bob.waits(1)
    publishes(cast, "We listen to each other.", TEXT)
    bob.gets_network()
    is_asked(bob, "We listen to each other.")
    agrees(bob)
    is_in(bob)
    bob.waits(0)
