"""Reactions on a phone: shown at a tap, without network too, and counted for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from messaging.rows import MessageKind
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.browser.people import DESK, Phone
from tests.conftest import Cast
from threads.actions import react


def picks(phone: Phone, words: str, reaction: str) -> None:
    """Open the picker of a message and choose."""
    row = phone.row(words)
    row.locator("details.more > summary").click()
    row.get_by_role("button", name="React").click()
    row.get_by_role("button", name=reaction).click()


def test_a_tap_shows_at_once_and_is_counted_later(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "Bonjour")
    bob, alice = look(phone_of(cast.bob)), phone_of(cast.alice)
    for phone in (bob, alice):
        phone.opens(talk)
        phone.keeps(cast.sphere)
    bob.loses_network()
    picks(bob, "Bonjour", "Heart")
    heart = bob.row("Bonjour").locator("[data-reaction=heart]")
    expect(heart).to_contain_text("❤️ 1")
    expect(heart.locator(".yours")).to_be_visible()
    bob.waits(1)
    assert complaints(bob.page) == []
    # Another one instead, then none, then a heart again, all of it without network.
    picks(bob, "Bonjour", "Laughing")
    expect(heart).to_have_count(0)
    bob.row("Bonjour").locator("[data-reaction=laugh]").click()
    expect(bob.row("Bonjour").locator("[data-reaction]")).to_have_count(0)
    picks(bob, "Bonjour", "Heart")
    bob.waits(4)
    bob.opens_cold(talk)
    heart = bob.row("Bonjour").locator("[data-reaction=heart]")
    expect(heart).to_contain_text("❤️ 1")
    bob.gets_network()
    bob.waits(0)
    expect(bob.row("Bonjour")).to_have_attribute("data-mine-reaction", "heart")
    expect(bob.row("Bonjour")).not_to_have_attribute("data-reacting", "heart")
    expect(heart).to_contain_text("❤️ 1")
    theirs = alice.row("Bonjour").locator("[data-reaction=heart]")
    expect(theirs).to_contain_text("❤️ 1")
    expect(theirs.locator(".yours")).to_be_hidden()
    # One tap more on what is there.
    theirs.click()
    expect(heart).to_contain_text("❤️ 2")
    assert complaints(bob.page) == []
    heart.click()
    expect(heart).to_contain_text("❤️ 1")
    expect(bob.row("Bonjour")).not_to_have_attribute("data-mine-reaction", "heart")


def test_by_the_keyboard(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "Bonjour")
    bob = phone_of(cast.bob, **DESK)
    bob.opens(talk)
    bob.is_live()
    row, press = bob.row("Bonjour"), bob.page.keyboard.press
    row.locator("details.more > summary").focus()
    press("Enter")
    press("Tab")
    press("Enter")
    expect(row.get_by_role("group", name="Your reaction").get_by_role("button").first).to_be_focused()
    press("Escape")
    expect(row.get_by_role("button", name="React")).to_be_focused()
    expect(row.get_by_role("group", name="Your reaction")).to_have_count(0)
    press("Enter")
    press("Tab")
    press("Enter")
    expect(row.locator("[data-reaction=heart]")).to_contain_text("❤️ 1")
    expect(row.locator("details.more > summary")).to_be_focused()
    bob.waits(0)
    expect(row.locator("details.more > summary")).to_be_focused()
    press("Enter")
    row.get_by_role("button", name="React").click()
    expect(row.locator(".picker").get_by_role("button", pressed=True)).to_have_text("❤️Heart")


def test_on_the_page_of_the_answers(cast: Cast, phone_of: GivePhone) -> None:
    said = cast.say(cast.alice, "Bonjour")
    bob = look(phone_of(cast.bob))
    bob.opens(f"/s/{cast.sphere.slug}/messages/{said.pk}/thread/")
    bob.keeps(cast.sphere)
    row = bob.page.locator("live-list[data-heading] > live-row")
    row.locator("details.more > summary").click()
    row.get_by_role("button", name="React").click()
    assert complaints(bob.page) == []
    row.get_by_role("button", name="Surprised").click()
    expect(row.locator("[data-reaction=wonder]")).to_contain_text("😮 1")
    bob.waits(0)
    expect(row).to_have_attribute("data-mine-reaction", "wonder")


def test_what_was_said_long_ago_does_not_stand_beside_what_is_new(
    cast: Cast, phone_of: GivePhone, talk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MessageKind, "window", 40)
    said = [cast.say(cast.alice, f"message {number:02}") for number in range(60)]
    bob = phone_of(cast.bob)
    bob.opens("/")
    bob.keeps(cast.sphere)
    with inside(cast.sphere):
        react(cast.alice, said[2], reaction="heart")
        react(cast.alice, said[50], reaction="heart")
    bob.page.goto(talk)
    bob.is_live()
    expect(bob.row("message 50").locator("[data-reaction='heart']")).to_be_visible()
    expect(bob.rows).to_have_count(40)
    older = bob.page.get_by_role("link", name="Show what was said before")
    older.click()
    bob.sees(*[f"message {number:02}" for number in range(60)])
    expect(bob.row("message 02").locator("[data-reaction='heart']")).to_be_visible()
