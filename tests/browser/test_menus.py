"""The menu of a row: drawn when it is opened, for that row, and not closed by what others do."""

from __future__ import annotations

from playwright.sync_api import expect

from messaging.actions import edit_message
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.people import DESK
from tests.conftest import Cast


def test_a_menu_is_drawn_when_it_is_opened_and_leads_to_its_own_row(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "Another")
    said = cast.say(cast.alice, "Bonjour")
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    row = bob.row("Bonjour")
    expect(row.locator("button")).to_have_count(0)
    bob.loses_network()
    row.locator("details.more > summary").click()
    for name, place in (("Answer", "thread"), ("Report", "report")):
        link = row.get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("href", f"/s/{cast.sphere.slug}/messages/{said.pk}/{place}/")
    expect(row.get_by_role("link", name="Edit", exact=True)).to_be_hidden()
    expect(bob.row("Another").locator("button")).to_have_count(0)


def test_what_others_change_closes_no_menu_and_takes_no_focus(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    said = cast.say(cast.alice, "Bonjour")
    bob = phone_of(cast.bob, **DESK)
    bob.opens(talk)
    bob.is_live()
    bob.row("Bonjour").locator("details.more > summary").click()
    bob.row("Bonjour").get_by_role("button", name="Keep", exact=True).focus()
    with inside(cast.sphere):
        edit_message(cast.alice, said, body="Bonsoir", seen="Bonjour")
    bob.sees("Bonsoir")
    keep = bob.row("Bonsoir").get_by_role("button", name="Keep", exact=True)
    expect(keep).to_be_focused()
    keep.click()
    expect(bob.row("Bonsoir")).to_have_attribute("data-mine-bookmark", "yes")
