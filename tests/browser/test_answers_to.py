"""The page of the answers on a phone: opened without network, written on without network, seen by others at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from journal.ids import uuid7
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.conftest import Cast
from threads.actions import comment
from threads.rows import CommentKind


def answers(page: Page) -> list[str]:
    return page.locator("live-list[kind='threads.comment'] > live-row .body").all_inner_texts()


def test_an_answer_is_written_without_network(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "Qui vient ?")
    bob, alice = look(phone_of(cast.bob)), phone_of(cast.alice)
    for phone in (bob, alice):
        phone.opens(talk)
        phone.keeps(cast.sphere)
    bob.loses_network()
    bob.row("Qui vient ?").locator("details.more > summary").click()
    bob.row("Qui vient ?").get_by_role("link", name="Answer").click()
    expect(bob.page.get_by_role("heading", name="Answers")).to_be_visible()
    expect(bob.page.locator("live-list[data-heading] .body")).to_have_text("Qui vient ?")
    bob.writes("Moi", "Et Carol")
    bob.waits(2)
    pending = bob.page.locator("live-list[kind='threads.comment'] > live-row[data-pending='new']")
    expect(pending).to_have_count(2)
    bob.page.evaluate("() => scrollTo(0, 0)")
    assert complaints(bob.page) == []
    bob.opens_cold(bob.page.url)
    expect(bob.page.locator("live-row[data-pending='new']")).to_have_count(2)
    bob.gets_network()
    bob.waits(0)
    expect(bob.page.locator("live-row[data-pending]")).to_have_count(0)
    assert answers(bob.page) == ["Moi", "Et Carol"]
    count = alice.row("Qui vient ?").get_by_role("link", name="2 answers")
    expect(count).to_be_visible()
    count.click()
    expect(alice.page.locator("live-list[kind='threads.comment'] > live-row")).to_have_count(2)
    bob.writes("Et Dan")
    expect(alice.page.locator("live-list[kind='threads.comment'] > live-row")).to_have_count(3)

    bob.waits(0)
    mine = bob.page.locator("live-list[kind='threads.comment'] > live-row").filter(has_text="Et Dan")
    mine.locator("details.more > summary").click()
    mine.get_by_role("link", name="Edit").click()
    bob.page.get_by_label("Your words").fill("Pas Dan")
    bob.page.get_by_role("button", name="Save").click()
    expect(alice.page.locator("live-list[kind='threads.comment'] > live-row").last).to_contain_text("Pas Dan")


def test_answers_that_the_phone_does_not_hold_are_asked_for(
    cast: Cast, phone_of: GivePhone, talk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CommentKind, "window", 2)
    old, other = cast.say(cast.alice, "Qui vient ?"), cast.say(cast.alice, "Et sinon ?")
    with inside(cast.sphere):
        comment(cast.carol, old, id=uuid7(), body="Moi, dit-elle jadis")
        for number in range(2):
            comment(cast.carol, other, id=uuid7(), body=f"Sinon {number}")
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.row("Qui vient ?").get_by_role("link", name="1 answer").click()
    expect(bob.page.get_by_role("heading", name="Answers")).to_be_visible()
    expect(bob.page.locator("live-list[kind='threads.comment'] > live-row")).to_have_count(1)
    assert answers(bob.page) == ["Moi, dit-elle jadis"]
    # Without network a tap asks again, once there is one.
    bob.page.go_back()
    bob.loses_network()
    bob.row("Qui vient ?").get_by_role("link", name="1 answer").click()
    expect(bob.page.get_by_role("heading", name="Answers")).to_be_visible()
    older = bob.page.locator("a[data-older]")
    older.click()
    expect(older).to_contain_text("network")
    bob.gets_network()
    bob.is_live()
    expect(bob.page.locator("live-list[kind='threads.comment'] > live-row")).to_have_count(1)
