"""A sphere that everybody reads: opened from a telephone, read without account."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from spheres.actions import settle
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.browser.people import DESK, said
from tests.conftest import Cast


def test_alice_opens_it_offline_and_somebody_without_account_reads(
    cast: Cast, phone_of: GivePhone, give_phone: GivePhone, talk: str
) -> None:
    alice, bob, nobody = phone_of(cast.alice), look(phone_of(cast.bob)), give_phone()
    cast.say(cast.bob, "among ourselves")
    alice.opens(f"/s/{cast.sphere.slug}/settings/")
    alice.keeps(cast.sphere)
    bob.opens(talk)
    alice.loses_network()
    alice.page.get_by_role("radio", name="Public").check()
    alice.page.get_by_role("button", name="Save").click()
    alice.waits(1)
    nobody.page.goto(talk)
    expect(nobody.page.get_by_label("Password")).to_be_visible()
    alice.gets_network()
    alice.waits(0)

    bob.opens(talk)
    expect(bob.page.get_by_text("Everybody reads what is written here")).to_be_visible()
    assert complaints(bob.page) == []
    composer = bob.page.locator("message-composer").bounding_box()
    assert composer is not None
    assert composer["height"] < 200  # of 740: what it says beside the words does not push them away
    bob.writes("for everybody")
    bob.waits(0)

    nobody.page.goto(talk)
    expect(nobody.page.get_by_text("for everybody")).to_be_visible()
    expect(nobody.page.get_by_text("among ourselves")).to_have_count(0)
    expect(nobody.page.get_by_text("A member", exact=True)).to_be_visible()
    nobody.page.get_by_role("link", name="Ask to come in").click()
    expect(nobody.page.get_by_role("heading", name="Ask to come in")).to_be_visible()


@pytest.mark.parametrize("screen", ["360", "1280"])
def test_its_pages_are_for_everybody(cast: Cast, give_phone: GivePhone, talk: str, screen: str) -> None:
    settle(cast.alice, wanted={"type": "public", "description": "Ce qui se décide au conseil du quartier"}, seen={})
    cast.say(cast.bob, "Une_adresse_sans_espace_ni_tiret_qui_ne_tient_pas_sur_une_ligne_" * 2)
    phone = look(give_phone(**({} if screen == "360" else DESK)))
    for place in (f"/s/{cast.sphere.slug}/", talk):
        phone.page.goto(place)
        expect(phone.page.locator("h1:visible")).to_have_count(1)
        assert complaints(phone.page) == []


def test_words_written_for_members_wait_for_a_second_look(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.writes("among ourselves, in the train")
    bob.waits(1)
    settle(cast.alice, wanted={"type": "public"}, seen={})
    bob.gets_network()
    bob.opens("/outbox/")
    expect(bob.page.locator("[data-sentence]").first).to_contain_text("Everybody reads this sphere by now")
    assert said(cast.sphere) == []
    bob.page.get_by_role("button", name="Edit").click()
    field = bob.page.locator("message-composer textarea")
    expect(field).to_have_value("among ourselves, in the train")
    expect(bob.page.get_by_text("Everybody reads what is written here")).to_be_visible()
    bob.page.click("message-composer button.send")
    bob.waits(0)
    assert said(cast.sphere) == ["among ourselves, in the train"]
