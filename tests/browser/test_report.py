"""What a stranger can see, on a phone: told while one looks, and read without network."""

from __future__ import annotations

from playwright.sync_api import expect

from spheres.reports.actions import keep
from tests.browser.conftest import GivePhone
from tests.conftest import Cast
from tests.reports.making import line


def test_a_report_arrives_and_is_read_without_network(cast: Cast, phone_of: GivePhone) -> None:
    phone = phone_of(cast.carol)
    phone.page.goto(f"/s/{cast.sphere.slug}/")
    phone.is_live()
    phone.keeps(cast.sphere)
    phone.page.get_by_role("link", name="What a stranger can see").click()
    expect(phone.page.get_by_role("heading", name="Not asked yet")).to_be_visible()
    expect(phone.page.get_by_text("Every address that was tried")).to_be_hidden()
    keep(cast.sphere, {"spheres": [line(), line("/s/…/leak/", "told", 200)]})
    expect(phone.page.get_by_text("1 address told a stranger something.")).to_be_visible()
    phone.loses_network()
    phone.page.reload()
    expect(phone.page.get_by_text("1 address told a stranger something.")).to_be_visible()
    expect(phone.page.get_by_text("GET /s/…/members/")).to_be_hidden()
    phone.page.get_by_text("Every address that was tried").click()
    # Where something leaks, the part is open.
    expect(phone.page.get_by_text("GET /s/…/members/")).to_be_visible()
    phone.page.locator(".part > summary").click()
    expect(phone.page.get_by_text("GET /s/…/members/")).to_be_hidden()
