"""The end of a sphere on telephones: archived, deleted, and put back."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from spheres.actions import archive, reopen, settle
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.conftest import Cast

FEED = re.compile(r"/feed/")


def test_a_sphere_is_archived_deleted_and_put_back(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.bob, "what was said")
    alice, bob = look(phone_of(cast.alice)), phone_of(cast.bob)
    settings, overview = f"/s/{cast.sphere.slug}/settings/", f"/s/{cast.sphere.slug}/"
    alice.opens(settings)
    alice.keeps(cast.sphere)
    bob.opens(talk)
    bob.keeps(cast.sphere)

    alice.loses_network()
    alice.page.get_by_role("button", name="Archive this sphere").click()
    alice.waits(1)
    alice.gets_network()
    alice.waits(0)
    expect(bob.page.get_by_text("This sphere is archived")).to_be_visible()
    expect(bob.page.locator("message-composer")).to_be_hidden()
    expect(bob.row("what was said")).to_be_visible()

    alice.opens(settings)
    expect(alice.page.get_by_role("button", name="Open it again")).to_be_visible()
    alice.page.locator("summary", has_text="Delete this sphere").click()
    alice.page.get_by_role("button", name="Delete this sphere").click()
    alice.waits(0)
    expect(bob.page.locator('body[data-page="spheres:home"]')).to_be_attached()  # led home, where there is none of it
    bob.hears(lambda: "what was said" not in bob.memory(), "the sphere is erased from the device")

    alice.opens(overview)
    expect(alice.page.get_by_role("heading", name="This sphere was deleted")).to_be_visible()
    assert complaints(alice.page) == []
    alice.page.get_by_role("button", name="Put it back").click()
    alice.waits(0)
    bob.opens(talk)
    expect(bob.row("what was said")).to_be_visible()


def test_half_written_words_are_still_read_when_the_sphere_was_archived(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    field = bob.page.locator("message-composer textarea")
    field.press_sequentially("not yet finished")
    bob.hears(lambda: "not yet finished" in bob.memory(), "the words are kept")
    archive(cast.alice)
    expect(bob.page.get_by_text("This sphere is archived")).to_be_visible()
    expect(field).to_have_value("not yet finished")
    expect(field).not_to_be_editable()
    expect(bob.page.get_by_role("button", name="Send")).to_have_count(0)
    field.press("Control+Enter")
    expect(field).to_have_value("not yet finished")
    reopen(cast.alice)
    expect(field).to_be_editable()
    expect(field).to_have_value("not yet finished")


def test_what_became_of_a_sphere_before_the_first_feed_is_shown_too(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    held: list[Route] = []
    bob.meets(lambda route: held.append(route), FEED)  # noqa: PLW0108  # Playwright marks it
    bob.opens(talk)
    bob.hears(lambda: held, "the phone asks what it does not know")
    archive(cast.alice)
    for route in held:
        route.continue_()
    bob.clears(FEED)
    expect(bob.page.get_by_text("This sphere is archived")).to_be_visible()


def test_where_the_publishers_write_the_others_read(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    settle(cast.alice, wanted={"type": "restricted"}, seen={})
    for member, writes in ((cast.bob, False), (cast.alice, True)):
        phone = phone_of(member)
        phone.opens(talk)
        expect(phone.page.locator("message-composer textarea")).to_be_visible(visible=writes)
        expect(phone.page.get_by_text("Here those responsible and the publishers write")).to_be_visible(
            visible=not writes
        )
