"""The service worker: a page never blocks on the network when the phone has something to show."""

from __future__ import annotations

from playwright.sync_api import expect

from journal.ids import uuid7
from tests.browser.conftest import GivePhone
from tests.conftest import Cast


def test_a_page_that_hangs_is_shown_from_the_phone(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "kept on the phone")
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    # What was said before is asked of the network first: the phone's own page has other rows.
    silence = bob.meets_silent_pages()
    bob.page.goto(f"{talk}?before=1000", timeout=10_000)
    bob.lives()
    expect(bob.page.locator("body[data-shell]")).to_be_attached()
    bob.sees("kept on the phone")
    assert silence


def test_a_page_that_was_never_kept_says_so(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.page.goto("/nowhere/")
    expect(bob.page.get_by_role("heading", name="This page is not on your device")).to_be_visible()
    bob.page.get_by_role("link", name="Back to my day").click()
    expect(bob.page.get_by_role("heading", name="My day")).to_be_visible()
    expect(bob.page.get_by_role("link", name="Chantier")).to_be_visible()


def test_a_conversation_that_is_not_here_has_closed_forms(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.opens(talk.replace(str(cast.conversation.pk), str(uuid7())))
    expect(bob.page.get_by_role("heading", name="This is not on your device")).to_be_visible()
    expect(bob.page.locator("message-composer form[inert]")).to_be_attached()
    bob.page.get_by_role("link", name="Back to my day").click()
    expect(bob.page.get_by_role("heading", name="My day")).to_be_visible()


def test_a_conversation_that_is_not_here_becomes_the_servers_answer_with_network(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.page.goto(talk.replace(str(cast.conversation.pk), str(uuid7())))
    expect(bob.page.get_by_role("heading", name="There is nothing for you here")).to_be_visible()


def test_tapping_through_the_app_offline_stays_in_one_document(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "read in the tunnel")
    bob = phone_of(cast.bob)
    bob.opens("/")
    bob.keeps(cast.sphere)
    bob.page.evaluate("() => { window.isSame = true; }")
    bob.loses_network()
    bob.page.get_by_role("link", name="Chantier").click()
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    bob.sees("read in the tunnel")
    bob.page.get_by_role("link", name="Members").click()
    expect(bob.page.locator('body[data-page="spheres:members"] main').get_by_text("Alice")).to_be_visible()
    bob.page.go_back()
    bob.sees("read in the tunnel")
    assert bob.page.evaluate("() => window.isSame")
