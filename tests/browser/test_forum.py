"""A forum on phones: whoever asked accepts an answer, without network too; others have nothing to tap."""

from __future__ import annotations

from playwright.sync_api import expect

from journal.ids import uuid7
from spheres.models import Sphere
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.conftest import Cast
from threads.actions import comment


def test_whoever_asked_accepts(cast: Cast, phone_of: GivePhone) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="questions")
    question = cast.say(cast.bob, "Où est la clé ?")
    with inside(cast.sphere):
        comment(cast.carol, question, id=uuid7(), body="Dans le tiroir")
    page = f"/s/{cast.sphere.slug}/messages/{question.pk}/thread/"
    bob, carol = look(phone_of(cast.bob)), phone_of(cast.carol)
    for phone in (bob, carol):
        phone.opens(page)
        phone.keeps(cast.sphere)
        phone.page.locator("live-list[kind='threads.comment'] details.more > summary").first.click()
    expect(carol.page.get_by_role("button", name="Accept this answer")).to_be_hidden()
    bob.loses_network()
    bob.page.get_by_role("button", name="Accept this answer").click()
    bob.waits(1)
    bob.gets_network()
    bob.waits(0)
    for phone in (bob, carol):
        expect(phone.page.get_by_text("Accepted answer")).to_be_visible()
        expect(phone.page.locator(".answered").get_by_text("Answered")).to_be_visible()
    assert complaints(bob.page) == []
