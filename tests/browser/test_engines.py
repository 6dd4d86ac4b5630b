"""The second engine: what all else stands on, in Firefox. Everything else is tried in Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from accounts.links import sign_in_link
from tests.browser.conftest import GivePhone, Life, phones_with
from tests.browser.people import PHONE, said
from tests.conftest import Cast

pytestmark = pytest.mark.engines

# Firefox does not pass for a phone: it is a window as narrow as one, and touched.
NARROW = {name: value for name, value in PHONE.items() if name != "is_mobile"}


@pytest.fixture(scope="module")
def firefox(playwright: Playwright) -> Iterator[Browser]:
    """Start Firefox as Debian ships it, driven by WebDriver BiDi."""
    browser = playwright.firefox.launch(channel="moz-firefox", executable_path=shutil.which("firefox-esr"))
    yield browser
    browser.close()


@pytest.fixture
def give_phone(firefox: Browser, web: str, transactional_db: None) -> Iterator[GivePhone]:
    """Hand out phones with Firefox on them."""
    with phones_with(firefox, web, NARROW) as give:
        yield give


def test_a_message_is_read_and_written_with_and_without_network(cast: Cast, give_phone: GivePhone) -> None:
    assert cast.bob.person
    cast.say(cast.alice, "The lorry comes at nine")
    phone = give_phone()
    phone.follow_link(sign_in_link(cast.bob.person))
    phone.page.get_by_role("link", name="Chantier").click()
    phone.page.locator('main live-list[kind="messaging.conversation"] a').click()
    phone.sees("The lorry comes at nine")
    phone.keeps(cast.sphere)
    phone.writes("I open the gate")
    phone.waits(0)
    phone.sees("The lorry comes at nine", "I open the gate")
    cast.say(cast.alice, "Thank you")
    phone.sees("The lorry comes at nine", "I open the gate", "Thank you")

    phone.loses_network()
    phone.reloads()
    phone.sees("The lorry comes at nine", "I open the gate", "Thank you")
    phone.writes("It is here")
    phone.waits(1)
    expect(phone.pending).to_have_count(1)
    expect(phone.pending).to_contain_text("Waiting")
    assert said(cast.sphere) == ["The lorry comes at nine", "I open the gate", "Thank you"]

    phone.gets_network()
    phone.waits(0)
    expect(phone.pending).to_have_count(0)
    phone.sees("The lorry comes at nine", "I open the gate", "Thank you", "It is here")
    assert said(cast.sphere) == ["The lorry comes at nine", "I open the gate", "Thank you", "It is here"]


def test_what_was_cut_in_one_sphere_is_asked_about_in_another(life: Life, phone_of: GivePhone) -> None:
    phone = phone_of(life.cast.bob)
    phone.opens(life.at_work)
    field = phone.page.locator("message-composer textarea")
    field.fill("Said at work")
    field.select_text()
    phone.page.keyboard.press("Control+X")
    expect(field).to_have_value("")
    phone.opens(life.at_home)
    expect(phone.page.locator("message-composer .audience")).to_contain_text("in Maison")
    field.focus()
    phone.page.keyboard.press("Control+V")
    phone.page.get_by_role("dialog").get_by_role("button", name="Paste here").click()
    expect(field).to_have_value("Said at work")
