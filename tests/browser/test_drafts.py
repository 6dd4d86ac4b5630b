"""Half-written words survive what happens to the page; unsent ones survive what happens to the app."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.conftest import GivePhone
from tests.browser.people import said
from tests.conftest import Cast


def test_half_written_words_survive_a_visit_and_a_reload(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    field = bob.page.locator("message-composer textarea")
    field.press_sequentially("not yet fin")
    bob.page.get_by_role("link", name="Members").click()
    expect(bob.page.locator('body[data-page="spheres:members"]')).to_be_attached()
    bob.page.go_back()
    expect(field).to_have_value("not yet fin")
    field.press_sequentially("ished")
    bob.hears(lambda: "not yet finished" in bob.memory(), "the words are kept")
    bob.reloads()
    expect(field).to_have_value("not yet finished")
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.reloads()
    expect(field).to_have_value("not yet finished")
    bob.gets_network()
    bob.page.click("message-composer button.send")
    bob.waits(0)
    bob.reloads()
    expect(field).to_have_value("")
    assert said(cast.sphere) == ["not yet finished"]


def test_another_build_of_the_app_keeps_what_is_not_sent(
    cast: Cast, phone_of: GivePhone, talk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"message {number}" for number in range(5)]
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.writes(*words)
    bob.waits(5)
    monkeypatch.setattr(settings, "APP_VERSION", "another-build")
    bob.meets(lambda route: route.abort())
    bob.gets_network()
    expect(bob.banner("updated")).to_be_visible()
    bob.hears(lambda: "another-build" in bob.served, "the new shells are kept")
    bob.loses_network()
    bob.opens_cold(talk)
    expect(bob.page.locator('body[data-app="another-build"]')).to_be_attached()
    bob.waits(5)
    bob.sees(*words)
    bob.clears()
    bob.gets_network()
    bob.waits(0)
    bob.sees(*words)
    assert said(cast.sphere) == words


def test_what_the_browser_took_to_the_server_is_forgotten_once_it_arrived(cast: Cast, phone_of: GivePhone) -> None:
    alice = phone_of(cast.alice)
    place = f"/s/{cast.sphere.slug}/guests/"
    field = alice.page.get_by_label("For whom?")
    alice.opens(place)
    field.fill("Mamie Jeanne")
    alice.hears(lambda: "Mamie Jeanne" in alice.memory(), "the words are kept")
    alice.page.route(
        "**/guests/", lambda one: one.abort("connectionfailed") if one.request.method == "POST" else one.continue_()
    )
    with alice.page.expect_event("requestfailed"):
        alice.page.get_by_role("button", name="Make the link").click()
    alice.page.unroute_all()
    alice.opens(place)
    expect(field).to_have_value("Mamie Jeanne")
    alice.page.get_by_role("button", name="Make the link").click()
    expect(alice.page.locator('body[data-page="guests:key"]')).to_be_attached()
    alice.opens(place)
    alice.is_live()
    expect(field).to_have_value("")
