"""What is written with Markdown, in a real browser: drawn for everybody, kept as typed, and harmless."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.conftest import Cast

HOSTILE = Path(__file__).parent.parent / "threads" / "hostile_words.txt"


def test_a_list_is_a_list_with_and_without_network(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = look(phone_of(cast.bob))
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.writes("**À prendre**\n- la scie\n- `12 mm`")
    # What waits is shown as it was typed.
    expect(bob.pending.locator(".body")).to_have_text("**À prendre**\n- la scie\n- `12 mm`")
    bob.gets_network()
    bob.waits(0)
    row = bob.rows.last
    expect(row.locator("strong")).to_have_text("À prendre")
    expect(row.get_by_role("listitem")).to_have_text(["la scie", "12 mm"])
    assert complaints(bob.page) == []
    bob.loses_network()
    bob.opens_cold(talk)
    expect(bob.rows.last.get_by_role("listitem")).to_have_text(["la scie", "12 mm"])
    bob.rows.last.locator("details.more > summary").click()
    bob.rows.last.get_by_role("link", name="Edit", exact=True).click()
    expect(bob.page.get_by_label("Your words")).to_have_value("**À prendre**\n- la scie\n- `12 mm`")


def test_two_hundred_hostile_inputs_do_nothing(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    hostile = [json.loads(line) for line in HOSTILE.read_text().splitlines()]
    for words in hostile:
        cast.say(cast.alice, words.replace("\x00", ""))
    cast.say(cast.alice, "The end")
    bob = phone_of(cast.bob)
    asked: list[str] = []
    bob.context.on("request", lambda request: asked.append(request.url))
    bob.page.on("dialog", lambda dialog: asked.append(f"dialog: {dialog.message}"))
    bob.opens(talk)
    bob.keeps(cast.sphere)
    expect(bob.rows).to_have_count(200)
    expect(bob.rows.last).to_contain_text("The end")
    assert [address for address in asked if not address.startswith((bob.url, "data:"))] == []
    assert (
        bob.page.locator('live-list[role="log"] .body :is(script, img, svg, iframe, form, button, style)').count() == 0
    )
    assert not bob.complaints
