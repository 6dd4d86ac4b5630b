"""Without JavaScript: the same pages, the same forms, the same views."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from accounts.links import sign_in_link
from tests.browser.conftest import GivePhone
from tests.browser.people import Phone, said
from tests.conftest import Cast


def opens_menu(bob: Phone) -> None:
    """Go where the menu of the newest row is, without a script to draw it there."""
    bob.rows.last.locator("summary").first.click()
    bob.rows.last.get_by_role("link", name="Answer, react and more").click()


def test_everything_that_is_said_can_be_read_and_answered_without_javascript(
    cast: Cast, give_phone: GivePhone, talk: str
) -> None:
    assert cast.bob.person
    before = [f"message {number:02}" for number in range(35)]
    for body in before:
        cast.say(cast.alice, body)
    bob = give_phone(java_script_enabled=False)
    bob.follow_link(sign_in_link(cast.bob.person))
    bob.page.get_by_role("link", name="Chantier").click()
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    bob.sees(*before[5:])
    bob.page.get_by_role("link", name="Show what was said before").click()
    bob.sees(*before[:5])
    bob.page.goto(talk)

    bob.writes("without a script")
    bob.page.wait_for_url(f"**{talk}")
    expect(bob.rows.last).to_contain_text("without a script")
    opens_menu(bob)
    bob.page.get_by_role("link", name="Edit", exact=True).click()
    bob.page.fill("textarea", "corrected by hand")
    bob.page.get_by_role("button", name="Save").click()
    bob.page.wait_for_url(f"**{talk}")
    expect(bob.rows.last).to_contain_text("corrected by hand")
    assert said(cast.sphere) == [*before, "corrected by hand"]

    opens_menu(bob)
    bob.page.get_by_role("button", name="Keep", exact=True).click()
    bob.page.wait_for_url("**/kept/")
    bob.sees("corrected by hand")
    bob.page.goto(talk)
    opens_menu(bob)
    bob.page.locator("summary").get_by_text("Delete", exact=True).click()
    bob.page.get_by_role("button", name="Delete this message").click()
    bob.page.wait_for_url(f"**{talk}")
    expect(bob.rows.last).to_contain_text(before[-1])
    assert said(cast.sphere) == before

    bob.page.get_by_role("link", name="Me", exact=True).click()
    bob.page.get_by_role("button", name="Sign out of this device").click()
    expect(bob.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    bob.page.goto(talk)
    expect(bob.page.get_by_label("Email")).to_be_visible()


def test_a_refused_form_keeps_the_words_without_javascript(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob, java_script_enabled=False)
    bob.page.goto(talk)
    words = "x" * 10_001

    def lengthen(route: Route) -> None:
        route.continue_(post_data=(route.request.post_data or "").replace(words[:-1], words))

    bob.context.route("**/messages/", lengthen)
    bob.page.fill("message-composer textarea", words[:-1])
    bob.page.click("message-composer button.send")
    expect(bob.page.get_by_role("alert").first).to_contain_text("too long")
    bob.clears("**/messages/")
    bob.page.get_by_label("Your words").fill("shorter")
    bob.page.get_by_role("button", name="Send").click()
    bob.page.wait_for_url(f"**{talk}")
    bob.sees("shorter")


def test_the_menu_without_javascript_offers_what_one_may_do(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "said by another")
    bob = phone_of(cast.bob, java_script_enabled=False)
    bob.page.goto(talk)
    opens_menu(bob)
    menu = bob.page.locator(".actions.plain")
    expect(menu.get_by_role("link", name="Report")).to_be_visible()
    for its in (menu.get_by_role("link", name="Edit", exact=True), menu.get_by_text("Delete", exact=True)):
        expect(its).to_be_hidden()
    alice = phone_of(cast.alice, java_script_enabled=False)
    alice.page.goto(bob.page.url)
    expect(alice.page.locator(".actions.plain").get_by_role("link", name="Edit", exact=True)).to_be_visible()
