"""What one keeps, on a phone: chosen without network, found again without network."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from messaging.rows import MessageKind
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.conftest import Cast
from threads.actions import keep


def test_it_is_chosen_and_found_without_network(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "Le code est 4512")
    cast.say(cast.alice, "Bonjour")
    bob = look(phone_of(cast.bob))
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    row = bob.row("Le code")
    row.locator("details.more > summary").click()
    expect(row.get_by_role("button", name="Keep no longer")).to_be_hidden()
    row.get_by_role("button", name="Keep", exact=True).click()
    bob.waits(1)
    bob.gets_network()
    bob.waits(0)
    expect(bob.row("Le code")).to_have_attribute("data-mine-bookmark", "yes")
    bob.loses_network()
    bob.opens_cold(f"/s/{cast.sphere.slug}/kept/")
    kept = bob.page.locator(".kept live-row")
    expect(kept).to_have_count(1)
    expect(kept).to_contain_text("Le code est 4512")
    bob.gets_network()
    bob.is_live()
    assert complaints(bob.page) == []
    kept.locator("details.more > summary").click()
    kept.get_by_role("button", name="Keep no longer").click()
    expect(kept).to_have_count(0)
    expect(bob.page.get_by_role("heading", name="Nothing is kept yet")).to_be_visible()
    assert complaints(bob.page) == []


def test_what_was_said_long_ago_is_found_where_there_is_a_network(
    cast: Cast, phone_of: GivePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MessageKind, "window", 2)
    said = [cast.say(cast.alice, f"message {number}") for number in range(5)]
    bob = phone_of(cast.bob)
    with inside(cast.sphere):
        keep(cast.bob, said[1])
        keep(cast.bob, said[4])
    bob.opens("/")
    bob.keeps(cast.sphere)
    bob.opens(f"/s/{cast.sphere.slug}/kept/")
    expect(bob.page.locator("body[data-shell]")).to_be_attached()
    bob.is_live()
    kept = bob.page.locator(".kept live-row")
    expect(kept.locator(".body")).to_have_text(["message 4", "message 1"])
    kept.last.locator("details.more > summary").click()
    kept.last.get_by_role("button", name="Keep no longer").click()
    expect(kept).to_have_count(1)
