"""What was copied in one sphere is asked about, once, before it is pasted into another."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from spheres.actions import end_membership
from tests.browser.conftest import GivePhone, Life
from tests.browser.people import DESK, Phone

OFFER = "The offer is 42,000 euros."
WORDS = 'live-list[role="log"] .body'
SELECTS = """([selector, from, to]) => {
    const all = document.querySelectorAll(selector);
    const [first, last] = [all[0].firstChild, all[all.length - 1].lastChild];
    getSelection().setBaseAndExtent(first, from, last, to ?? last.length);
}"""
KEPT = "() => JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)])"


@pytest.fixture
def bob(life: Life, phone_of: GivePhone) -> Phone:
    """Give Bob's desk: he reads an offer at work."""
    life.cast.say(life.cast.alice, OFFER)
    desk = phone_of(life.cast.bob, **DESK)
    desk.opens(life.at_work)
    desk.sees(OFFER)
    return desk


def copies(bob: Phone, start: int = 0, end: int | None = None) -> None:
    """Copy what was said, or a part of it."""

    def has_copied() -> object:
        # Again, where a row was drawn anew between the choice and the key.
        bob.page.evaluate(SELECTS, [WORDS, start, end])
        bob.page.keyboard.press("Control+C")
        return bob.page.evaluate("() => Object.keys(localStorage).some((key) => key.endsWith('|copy'))")

    bob.hears(has_copied, "it is copied")


def field(bob: Phone) -> Locator:
    """Give where one writes."""
    return bob.page.locator("message-composer textarea")


def pastes(bob: Phone) -> None:
    """Paste where one writes."""
    field(bob).focus()
    bob.page.keyboard.press("Control+V")


def question(bob: Phone) -> Locator:
    """Give what is asked."""
    return bob.page.get_by_role("dialog", name="Paste it into another sphere?")


def answers(bob: Phone, button: str) -> None:
    """Answer what is asked."""
    question(bob).get_by_role("button", name=button).click()
    expect(question(bob)).to_have_count(0)


def test_what_was_copied_at_work_is_asked_about_once_at_home(life: Life, bob: Phone) -> None:
    copies(bob)
    bob.opens(life.at_home)
    field(bob).fill("I read:  Tell nobody.")
    field(bob).evaluate("field => field.setSelectionRange(8, 8)")
    pastes(bob)
    expect(question(bob)).to_have_accessible_description("Copied in Chantier You are writing in Maison")
    expect(field(bob)).to_have_value("I read:  Tell nobody.")
    answers(bob, "Paste here")
    expect(field(bob)).to_have_value(f"I read: {OFFER} Tell nobody.")
    expect(field(bob)).to_be_focused()
    pastes(bob)
    expect(field(bob)).to_have_value(f"I read: {OFFER}{OFFER} Tell nobody.")
    expect(question(bob)).to_have_count(0)
    # It is the person's own input: taken back like any, and kept as a draft.
    bob.page.keyboard.press("Control+Z")
    bob.page.keyboard.press("Control+Z")
    expect(field(bob)).to_have_value("I read:  Tell nobody.")
    bob.page.keyboard.press("Control+Shift+Z")
    bob.reloads()
    expect(field(bob)).to_have_value(f"I read: {OFFER} Tell nobody.")
    # Another sphere is another question.
    bob.opens(life.in_the_club)
    pastes(bob)
    expect(question(bob)).to_contain_text("Foulées")


@pytest.mark.parametrize("leave", ["by the button", "by Escape"])
def test_left_out_is_left_out_and_what_was_typed_stays(life: Life, bob: Phone, leave: str) -> None:
    copies(bob)
    bob.opens(life.at_home)
    field(bob).fill("Half-written")
    pastes(bob)
    if leave == "by Escape":
        expect(question(bob)).to_be_visible()
        bob.page.keyboard.press("Escape")
        expect(question(bob)).to_have_count(0)
    else:
        expect(question(bob).get_by_role("button", name="Leave it out")).to_be_focused()
        answers(bob, "Leave it out")
    expect(field(bob)).to_have_value("Half-written")
    expect(field(bob)).to_be_focused()
    bob.page.keyboard.type(" words")
    expect(field(bob)).to_have_value("Half-written words")
    # That was no consent.
    pastes(bob)
    expect(question(bob)).to_be_visible()


def test_of_other_text_nothing_is_asked(life: Life, bob: Phone) -> None:
    copies(bob)
    pastes(bob)
    expect(field(bob)).to_have_value(OFFER)
    field(bob).fill("")
    bob.opens(life.at_home)
    bob.page.keyboard.insert_text("")
    field(bob).focus()
    bob.page.keyboard.insert_text("The offer is 43,000 euros.")
    expect(field(bob)).to_have_value("The offer is 43,000 euros.")
    field(bob).fill("")
    field(bob).press_sequentially(OFFER)
    expect(field(bob)).to_have_value(OFFER)
    # What is copied here is from here by then, whatever was copied there.
    field(bob).select_text()
    bob.page.keyboard.press("Control+C")
    field(bob).fill("")
    pastes(bob)
    expect(field(bob)).to_have_value(OFFER)
    expect(question(bob)).to_have_count(0)


@pytest.mark.parametrize("at", ["a part", "several", "a cut"])
def test_whatever_is_copied_is_known_again_in_any_tab_and_kept_nowhere(life: Life, bob: Phone, at: str) -> None:
    life.cast.say(life.cast.alice, "Second\nline")
    bob.sees(OFFER, "Secondline")
    if at == "a part":
        copies(bob, 4, 3)
    elif at == "several":
        copies(bob)
    else:
        field(bob).fill("Said by me")
        field(bob).select_text()
        bob.page.keyboard.press("Control+X")
        expect(field(bob)).to_have_value("")
    bob.opens_new_tab(life.at_home)
    pastes(bob)
    expect(question(bob)).to_be_visible()
    assert not any(word in bob.page.evaluate(KEPT) for word in ["offer", "Second", "Said"])
    answers(bob, "Paste here")
    expect(field(bob)).not_to_have_value("")


def test_a_keyboard_that_pastes_by_itself_is_asked_too(life: Life, bob: Phone) -> None:
    copies(bob)
    bob.opens(life.at_home)
    field(bob).focus()
    bob.page.keyboard.insert_text(OFFER)
    answers(bob, "Paste here")
    expect(field(bob)).to_have_value(OFFER)


def test_without_network_it_is_asked_as_well(life: Life, bob: Phone) -> None:
    bob.keeps(life.home.sphere)
    copies(bob)
    bob.loses_network()
    bob.taps_to("Maison")
    pastes(bob)
    answers(bob, "Leave it out")
    expect(field(bob)).to_have_value("")


def test_signing_out_forgets_what_was_copied(life: Life, bob: Phone) -> None:
    copies(bob)
    assert str(life.cast.sphere.pk) in bob.page.evaluate(KEPT)
    bob.opens("/me/")
    bob.page.get_by_role("button", name="Sign out").click()
    bob.page.wait_for_url("**/signed-out/")
    assert str(life.cast.sphere.pk) not in bob.page.evaluate(KEPT)


def test_leaving_a_sphere_forgets_what_was_copied_there(life: Life, bob: Phone) -> None:
    bob.is_live()
    copies(bob)
    assert str(life.cast.sphere.pk) in bob.page.evaluate(KEPT)
    end_membership(life.cast.alice, life.cast.bob)
    expect(bob.page.locator('body[data-page="spheres:home"]')).to_be_attached()
    assert str(life.cast.sphere.pk) not in bob.page.evaluate(KEPT)
