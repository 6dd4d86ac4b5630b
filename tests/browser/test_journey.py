"""The promise that all else stands on: a message crosses two phones, one of them offline."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.links import sign_in_link
from spheres.actions import admit, create_sphere
from tests.browser.conftest import GivePhone
from tests.browser.people import said
from tests.conftest import Cast


@pytest.mark.journey
@pytest.mark.db
def test_a_message_crosses_two_phones_one_of_them_offline(cast: Cast, give_phone: GivePhone) -> None:
    assert cast.alice.person
    assert cast.bob.person
    family = create_sphere(cast.alice.person, name="Famille", context="family", shows_history=True)
    admit(family, cast.bob.person, name="Bob")
    cast.say(cast.bob, "The lorry comes at nine")

    alice = give_phone(reduced_motion="no-preference")
    alice.follow_link(sign_in_link(cast.alice.person))
    spheres = alice.page.locator('main live-list[kind="spheres.sphere"] live-row')
    expect(spheres).to_have_count(2)
    expect(spheres.filter(has_text="Famille")).to_be_visible()
    spheres.filter(has_text="Chantier").get_by_role("link").click()
    alice.page.locator('main live-list[kind="messaging.conversation"] a').click()
    alice.sees("The lorry comes at nine")

    bob = give_phone(reduced_motion="no-preference")
    bob.follow_link(sign_in_link(cast.bob.person))
    bob.page.get_by_role("link", name="Chantier").click()
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    bob.is_live()
    bob.page.evaluate("() => { window.isNotReloaded = true; }")
    alice.writes("I open the gate")
    bob.sees("The lorry comes at nine", "I open the gate")
    assert bob.page.evaluate("() => window.isNotReloaded")

    bob.keeps(family.sphere)
    bob.loses_network()
    bob.opens_cold("/")
    bob.page.get_by_role("link", name="Famille").click()
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    bob.writes("one", "two", "three")
    bob.waits(3)
    bob.reloads()
    bob.sees("one", "two", "three")
    expect(bob.pending).to_have_count(3)
    expect(bob.pending.first).to_contain_text("Waiting")

    alice.opens("/")
    alice.page.get_by_role("link", name="Famille").click()
    alice.page.locator('main live-list[kind="messaging.conversation"] a').click()
    alice.is_live()
    assert said(family.sphere) == []
    bob.gets_network()
    alice.sees("one", "two", "three")
    bob.waits(0)
    bob.sees("one", "two", "three")
    assert said(family.sphere) == ["one", "two", "three"]
