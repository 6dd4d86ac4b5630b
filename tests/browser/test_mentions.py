"""Calling somebody by name on a phone and at a desk, without network too."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.browser.people import DESK
from tests.conftest import Cast


def test_by_the_keyboard_and_without_network(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    alice, bob = look(phone_of(cast.alice, **DESK)), phone_of(cast.bob)
    for phone in (alice, bob):
        phone.opens(talk)
        phone.keeps(cast.sphere)
    alice.loses_network()
    words = alice.page.locator("message-composer textarea")
    words.press_sequentially("Hello @")
    options = alice.page.get_by_role("option")
    expect(options).to_have_text(["Alice", "Bob", "Carol"])
    expect(words).to_have_attribute("aria-activedescendant", "mention-0")
    assert complaints(alice.page) == []
    words.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    words.press("Escape")
    expect(options).to_have_count(0)
    words.press_sequentially("b")
    expect(options).to_have_text(["Bob"])
    words.press("Shift+Tab")
    expect(words).not_to_be_focused()
    expect(words).to_have_value("Hello @b")
    words.focus()
    words.press("End")
    words.press_sequentially("o")
    expect(options).to_have_text(["Bob"])
    words.press("Enter")
    expect(words).to_have_value("Hello @Bob ")
    expect(options).to_have_count(0)
    words.press("Enter")
    alice.waits(1)
    alice.gets_network()
    alice.waits(0)
    expect(bob.row("Hello").locator(".mention")).to_have_text("@Bob")
    expect(bob.row("Hello")).to_have_attribute("data-mine-mention", "yes")


def test_by_a_thumb(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = look(phone_of(cast.bob))
    bob.opens(talk)
    bob.is_live()
    words = bob.page.locator("message-composer textarea")
    words.press_sequentially("@ca")
    assert complaints(bob.page) == []
    bob.page.get_by_role("option", name="Carol").tap()
    expect(words).to_have_value("@Carol ")
    expect(words).to_be_focused()
