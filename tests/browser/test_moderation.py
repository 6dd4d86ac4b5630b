"""Reports on phones: sent without network, decided by those responsible, without network too."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.conftest import Cast


def test_it_is_reported_and_hidden(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.bob, "Imbécile")
    carol, alice = look(phone_of(cast.carol)), look(phone_of(cast.alice))
    carol.opens(talk)
    carol.keeps(cast.sphere)
    alice.opens(f"/s/{cast.sphere.slug}/")
    alice.keeps(cast.sphere)
    carol.loses_network()
    carol.row("Imbécile").locator("details.more > summary").click()
    carol.row("Imbécile").get_by_role("link", name="Report").click()
    expect(carol.page.get_by_role("heading", name="Report this")).to_be_visible()
    assert complaints(carol.page) == []
    carol.page.get_by_label("It tells what is private").check()
    carol.page.get_by_role("button", name="Send the report").click()
    carol.waits(1)
    carol.opens_cold("/outbox/")
    item = carol.page.locator("[data-command]")
    expect(item.locator("[data-title]")).to_have_text("Report")
    # What was chosen is no words of hers, and the first of what could be chosen is not what was.
    expect(item.locator("[data-excerpt]")).to_have_text("")
    carol.gets_network()
    carol.waits(0)
    alice.page.get_by_role("link", name="Reports").click()
    expect(alice.page.locator("live-list[kind='threads.report']")).to_contain_text("Imbécile")
    assert complaints(alice.page) == []
    alice.loses_network()
    alice.page.get_by_text("Hide it", exact=True).click()
    alice.page.get_by_role("button", name="Hide it from everybody").click()
    alice.waits(1)
    alice.gets_network()
    alice.waits(0)
    expect(alice.page.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    carol.opens(talk)
    expect(carol.row("Imbécile")).to_have_count(0)
