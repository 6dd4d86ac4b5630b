"""What the server does not accept stays with its sentence until the person decides."""

from __future__ import annotations

from playwright.sync_api import expect

from spheres.actions import end_membership
from tests.browser.conftest import GivePhone
from tests.browser.people import DESK, Phone, said
from tests.conftest import Cast

TOO_LONG = "x" * 10_001
# A form of a later day, which holds more than the site takes at once beside the words.
SUBMIT_LARGE = """words => {
    const form = document.querySelector("message-composer form");
    const more = Object.assign(document.createElement("input"), { type: "hidden", name: "more" });
    more.value = "x".repeat(3 * 1024 * 1024);
    form.append(more);
    form.querySelector("textarea").value = words;
    form.requestSubmit();
    more.remove();
}"""


def is_refused(cast: Cast, bob: Phone) -> None:
    """Write too much, and meet the refusal where what waits is shown."""
    # As a page of before the limit would let them.
    bob.page.eval_on_selector("message-composer textarea", "field => field.removeAttribute('maxlength')")
    bob.writes(TOO_LONG, "next")
    bob.hears(lambda: said(cast.sphere) == ["next"], "the next one arrives")
    bob.waits(1)
    bob.opens("/outbox/")
    item = bob.page.locator("outbox-list .outbox-item")
    expect(item).to_have_count(1)
    expect(item.locator("[data-sentence]")).to_contain_text("too long")


def test_a_refused_message_holds_back_no_other_and_stays_until_it_is_edited(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    is_refused(cast, bob)
    bob.reloads()
    bob.page.get_by_role("button", name="Edit").click()
    field = bob.page.locator("message-composer textarea")
    expect(field).to_have_value(TOO_LONG)
    bob.waits(1)
    bob.writes("shorter")
    bob.sees("next", "shorter")
    bob.waits(0)
    assert said(cast.sphere) == ["next", "shorter"]


def test_what_is_larger_than_any_form_is_refused_and_holds_back_no_other(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    """The server reads nothing of it, so the request says beside its body which command it is."""
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.page.evaluate(SUBMIT_LARGE, "much more than this")
    bob.writes("next")
    bob.hears(lambda: said(cast.sphere) == ["next"], "the next one arrives")
    bob.waits(1)
    bob.opens("/outbox/")
    item = bob.page.locator("outbox-list .outbox-item")
    expect(item.locator("[data-sentence]")).to_contain_text("over 2 MB")
    bob.page.get_by_role("button", name="Edit").click()
    expect(bob.page.locator("message-composer textarea")).to_have_value("much more than this")
    bob.writes("shorter")
    bob.waits(0)
    assert said(cast.sphere) == ["next", "shorter"]


def test_a_refused_message_is_discarded_after_one_question(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    is_refused(cast, bob)
    discard = bob.page.get_by_role("button", name="Discard these words")
    expect(discard).to_be_hidden()
    bob.page.get_by_text("Discard", exact=True).click()
    discard.click()
    bob.waits(0)
    bob.reloads()
    bob.waits(0)
    expect(bob.page.get_by_role("heading", name="Everything is sent")).to_be_visible()


def edits_on_two_devices(cast: Cast, phone_of: GivePhone, talk: str) -> Phone:
    """Change the same words on a phone without network and at a desk; give the phone, which learns of it."""
    cast.say(cast.bob, "at nine")
    phone, desk = phone_of(cast.bob), phone_of(cast.bob, **DESK)
    for device in (phone, desk):
        device.opens(talk)
        device.keeps(cast.sphere)
        device.row("at nine").locator("summary").first.click()
        device.page.get_by_role("link", name="Edit", exact=True).click()
        expect(device.page.locator("textarea")).to_have_value("at nine")
        device.is_live()
    phone.loses_network()
    phone.page.fill("textarea", "at ten")
    phone.page.get_by_role("button", name="Save").click()
    phone.waits(1)
    expect(phone.row("at ten")).to_have_attribute("data-pending", "changed")
    desk.page.fill("textarea", "at eleven")
    desk.page.get_by_role("button", name="Save").click()
    desk.waits(0)
    assert said(cast.sphere) == ["at eleven"]
    phone.gets_network()
    phone.opens("/outbox/")
    card = phone.page.locator("outbox-list [data-conflict]")
    expect(card.locator("[data-mine]")).to_have_text("at ten")
    expect(card.locator("[data-theirs]")).to_have_text("at eleven")
    expect(card.get_by_role("heading", name="Your version")).to_be_visible()
    expect(card.get_by_role("heading", name="Written by Bob")).to_be_visible()
    phone.waits(1)
    return phone


def test_two_versions_are_shown_and_mine_can_be_kept(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    phone = edits_on_two_devices(cast, phone_of, talk)
    phone.page.get_by_role("button", name="Keep mine").click()
    phone.waits(0)
    phone.opens(talk)
    phone.sees("at ten")
    assert said(cast.sphere) == ["at ten"]


def test_two_versions_are_shown_and_theirs_can_be_taken(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    phone = edits_on_two_devices(cast, phone_of, talk)
    phone.page.get_by_text("Take theirs", exact=True).click()
    phone.page.get_by_role("button", name="Take their version").click()
    phone.waits(0)
    phone.opens(talk)
    phone.sees("at eleven")
    assert said(cast.sphere) == ["at eleven"]


def test_a_deletion_waits_like_anything_else(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.bob, "too early")
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    alice.opens(talk)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    row = bob.row("too early")
    row.locator("summary").first.click()
    row.get_by_text("Delete", exact=True).click()
    row.get_by_role("button", name="Delete this message").click()
    bob.waits(1)
    bob.reloads()
    bob.waits(1)
    expect(bob.row("too early")).to_have_attribute("data-pending-name", "messaging.delete.1")
    alice.sees("too early")
    bob.gets_network()
    bob.waits(0)
    bob.sees()
    alice.sees()


def test_who_was_removed_meanwhile_keeps_the_words_and_nothing_of_the_sphere(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    cast.say(cast.alice, "a secret of the site")
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    assert "a secret of the site" in bob.memory()
    bob.loses_network()
    bob.writes("my last words")
    end_membership(cast.alice, cast.bob)
    bob.gets_network()
    bob.is_home()
    bob.lives()
    bob.hears(lambda: "a secret of the site" not in bob.memory(), "the sphere's rows are erased")
    bob.hears(lambda: cast.sphere.slug not in bob.memory("shells"), "the sphere's shells are erased")
    bob.waits(1)
    bob.opens("/outbox/")
    item = bob.page.locator("outbox-list .outbox-item")
    expect(item.locator("[data-excerpt]")).to_have_text("my last words")
    expect(item.locator("[data-sentence]")).to_contain_text("no longer here for you")
    assert said(cast.sphere) == ["a secret of the site"]
