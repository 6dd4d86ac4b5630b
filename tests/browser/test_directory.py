"""The list of an organisation's members on a phone: it goes from it when it is switched off, and comes back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from spheres.actions import admit, settle
from spheres.models import Membership
from spheres.organisations.actions import found_organisation
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.browser.people import Phone
from tests.conftest import Cast, person
from tests.live import wait_until

NO_LIST = "This organisation shows no list of its members"


@pytest.fixture
def maud(cast: Cast) -> Membership:
    """Give the place of whoever manages a company."""
    return found_organisation(person("Maud"), name="Lormeau", shows_history=True)


def shown(phone: Phone) -> Locator:
    """Find the members on the page."""
    return phone.page.locator("main live-list[kind='spheres.member'] live-row")


def test_a_phone_forgets_who_belongs_and_learns_it_again(maud: Membership, phone_of: GivePhone) -> None:
    jo = look(phone_of(admit(maud, person("Jo"), name="Jo")))
    members = f"/s/{maud.sphere.slug}/members/"
    jo.opens(members)
    expect(shown(jo)).to_have_count(2)
    jo.is_live()
    jo.keeps(maud.sphere)
    assert "Maud" in jo.memory()
    settle(maud, wanted={"lists_members": "no"}, seen={})
    expect(shown(jo)).to_have_count(1)
    jo.hears(lambda: "Maud" not in jo.memory(), "the list is erased")
    jo.opens(members)
    expect(jo.page.get_by_text(NO_LIST)).to_be_visible()
    assert complaints(jo.page) == []
    jo.keeps(maud.sphere)
    jo.hears(lambda: NO_LIST in jo.memory("shells"), "the page without a list is kept")
    jo.loses_network()
    jo.opens_cold(members)
    expect(shown(jo)).to_have_count(1)
    expect(jo.page.get_by_text(NO_LIST)).to_be_visible()
    jo.gets_network()
    jo.is_live()
    settle(maud, wanted={"lists_members": "yes"}, seen={})
    expect(shown(jo)).to_have_count(2)
    jo.hears(lambda: "Maud" in jo.memory(), "the list is there again")


def test_the_list_is_switched_off_without_network(maud: Membership, phone_of: GivePhone) -> None:
    hers = look(phone_of(maud))
    settings = f"/s/{maud.sphere.slug}/settings/"
    hers.opens(settings)
    expect(hers.page.get_by_label("Its members see each other on a list")).to_have_value("yes")
    assert complaints(hers.page) == []
    hers.is_live()
    hers.keeps(maud.sphere)
    hers.loses_network()
    hers.opens_cold(settings)
    expect(hers.page.get_by_label("Its members see each other on a list")).to_have_value("yes")
    expect(hers.page.get_by_label("What it is to be")).to_have_value("project")
    hers.page.get_by_label("Its members see each other on a list").select_option("no")
    hers.page.get_by_label("What it is to be").select_option("site")
    hers.page.get_by_role("button", name="Save").click()
    hers.waits(1)
    hers.gets_network()
    hers.waits(0)

    def said() -> tuple[bool, str]:
        maud.sphere.refresh_from_db()
        return maud.sphere.lists_members, maud.sphere.proposed_preset

    wait_until(lambda: said() == (False, "site"), "the settings are changed")
