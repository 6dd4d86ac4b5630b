"""A grandmother with a link: from the link to a message, again and again, with nothing to remember."""

from __future__ import annotations

import json
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from spheres.guests.actions import let_in
from spheres.guests.models import Key
from tests.browser.conftest import GivePhone
from tests.browser.people import Phone, said
from tests.conftest import Cast
from tests.guests.growing import JEANNE, mailed_code
from tests.guests.making import ANDROID, made, opens, path, waiting


def enters(phone: Phone, link: str, cast: Cast) -> None:
    phone.page.goto(link)
    expect(phone.page.get_by_role("heading", name="Mamie Jeanne")).to_be_visible()
    phone.page.get_by_role("button", name="Come in").click()
    phone.page.wait_for_url(f"**/s/{cast.sphere.slug}/")


def says(phone: Phone, words: str) -> None:
    phone.page.locator('main live-list[kind="messaging.conversation"] a').click()
    phone.writes(words)
    phone.waits(0)
    expect(phone.row(words)).to_be_visible()


def the_day_is_over() -> None:
    """Put the moment until which a key opens by itself behind us."""
    Key.objects.update(opens_until=timezone.now() - timedelta(minutes=1))


def test_from_a_link_to_a_message_and_again_after_everything_was_erased(
    cast: Cast, phone_of: GivePhone, give_phone: GivePhone
) -> None:
    alice = phone_of(cast.alice, permissions=["clipboard-read", "clipboard-write"])
    alice.opens(f"/s/{cast.sphere.slug}/invitations/")
    alice.page.get_by_role("link", name="A direct link for somebody").click()
    alice.page.get_by_label("For whom?").fill("Mamie Jeanne")
    alice.page.get_by_role("button", name="Make the link").click()
    alice.page.get_by_role("button", name="Copy").click()
    expect(alice.page.get_by_text("Copied")).to_be_visible()
    link = str(alice.page.evaluate("() => navigator.clipboard.readText()"))

    jeanne = give_phone()
    enters(jeanne, link, cast)
    says(jeanne, "Bonjour les enfants")
    assert said(cast.sphere) == ["Bonjour les enfants"]

    # The same link, in the browser that knows her: no question at all.
    jeanne.page.goto(link)
    jeanne.page.wait_for_url(f"**/s/{cast.sphere.slug}/")

    # Everything that this telephone kept is erased, on the same day.
    jeanne.page.goto("about:blank")
    everything = {"origin": jeanne.url, "storageTypes": "all"}
    jeanne.context.new_cdp_session(jeanne.page).send("Storage.clearDataForOrigin", everything)
    assert jeanne.context.cookies() == []
    enters(jeanne, link, cast)
    says(jeanne, "Me revoilà")
    assert said(cast.sphere) == ["Bonjour les enfants", "Me revoilà"]


def test_a_later_browser_is_let_in_by_one_tap_and_cut_by_two(
    cast: Cast, phone_of: GivePhone, give_phone: GivePhone
) -> None:
    key = made(cast.alice)
    enters(give_phone(), path(key), cast)
    the_day_is_over()
    late = give_phone()
    late.page.goto(path(key))
    late.page.get_by_role("button", name="Come in").click()
    expect(late.page.get_by_role("heading", name="Is it you, Mamie Jeanne?")).to_be_visible()

    alice = phone_of(cast.alice)
    alice.opens(f"/s/{cast.sphere.slug}/guests/")
    row = alice.page.locator('live-list[kind="guests.key"] > live-row')
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Let in").click()
    expect(row.get_by_text("in since")).to_have_count(2)
    late.page.wait_for_url(f"**/s/{cast.sphere.slug}/")  # by itself
    says(late, "C’est bien moi")

    alice.opens(f"/s/{cast.sphere.slug}/guests/")
    row.locator("summary").last.click()
    row.get_by_role("button", name="Cut this browser").last.click()
    expect(row.get_by_text("in since")).to_have_count(1)
    expect(late.page.locator("body[data-sync=signed-out]").or_(late.page.get_by_text("Sign in")).first).to_be_visible()


def test_without_javascript_the_page_that_waits_opens_by_itself(cast: Cast, give_phone: GivePhone) -> None:
    key = made(cast.alice)
    opens(key)
    the_day_is_over()
    late = give_phone(java_script_enabled=False)
    late.page.goto(path(key))
    late.page.get_by_role("button", name="Come in").click()
    expect(late.page.get_by_role("heading", name="Is it you, Mamie Jeanne?")).to_be_visible()
    let_in(cast.alice, waiting())
    late.page.wait_for_url(f"**/s/{cast.sphere.slug}/")


def test_the_icon_on_the_home_screen_opens_the_sphere_without_network_too(cast: Cast, give_phone: GivePhone) -> None:
    key = made(cast.alice)
    jeanne = give_phone()
    enters(jeanne, path(key), cast)
    jeanne.opens(f"/s/{cast.sphere.slug}/")
    jeanne.keeps(cast.sphere)
    told = jeanne.context.new_cdp_session(jeanne.page).send("Page.getAppManifest")
    described = json.loads(told["data"])
    assert (told["errors"], described["name"]) == ([], "Chantier")
    assert described["start_url"].startswith(path(key))

    jeanne.opens_cold(described["start_url"])
    jeanne.page.wait_for_url(f"**/s/{cast.sphere.slug}/")
    jeanne.loses_network()
    jeanne.opens_cold(described["start_url"])
    jeanne.page.wait_for_url(f"**/s/{cast.sphere.slug}/")
    expect(jeanne.page.get_by_role("heading", name="Chantier")).to_be_visible()
    # Somebody else's link is not taken for hers.
    jeanne.page.goto(path(key))
    expect(jeanne.page.get_by_role("heading", name="This page is not on your device")).to_be_visible()
    assert path(key) not in jeanne.memory() + jeanne.memory("shells")


def test_a_member_is_told_no_link(cast: Cast, phone_of: GivePhone) -> None:
    bob = phone_of(cast.bob)
    bob.opens("/")
    told = bob.context.new_cdp_session(bob.page).send("Page.getAppManifest")
    assert json.loads(told["data"])["start_url"] == "/"


def test_inside_another_app_the_link_is_copied_without_any_permission(cast: Cast, give_phone: GivePhone) -> None:
    link = path(made(cast.alice))
    jeanne = give_phone(user_agent=f"{ANDROID.replace(')', '; wv)', 1)} [FB_IAB/FB4A;FBAV/488.0.0.62.79;IABMV/1;]")
    # As windows of other apps have it, and every page without https.
    jeanne.page.add_init_script("delete Navigator.prototype.clipboard")
    jeanne.page.goto(f"{link}?fbclid=IwAR0")
    expect(jeanne.page.get_by_role("heading", name="This page is open inside Facebook")).to_be_visible()
    jeanne.page.get_by_role("button", name="Copy the link").click()
    expect(jeanne.page.get_by_text("Copied: open your browser")).to_be_visible()
    chrome = jeanne.context.new_page()
    chrome.goto("/sign-in/")
    chrome.locator("[name=login]").focus()
    chrome.keyboard.press("Control+V")
    expect(chrome.locator("[name=login]")).to_have_value(jeanne.url + link)

    # What stands on a home screen says as little as such a window, and is none; no emulation stands there.
    styles = str(
        jeanne.page.evaluate("async () => (await fetch(document.querySelector('link[rel=stylesheet]').href)).text()")
    )
    assert "@media(display-mode:standalone){.around{display:none}}" in styles
    jeanne.page.get_by_role("button", name="Come in").click()
    jeanne.page.wait_for_url(f"**/s/{cast.sphere.slug}/")


def test_a_guest_becomes_an_account_and_keeps_their_words(
    cast: Cast, phone_of: GivePhone, give_phone: GivePhone
) -> None:
    key = made(cast.alice)
    jeanne, tablet, alice = give_phone(), give_phone(), phone_of(cast.alice)
    for phone in (jeanne, tablet):
        enters(phone, path(key), cast)
    says(jeanne, "Bonjour les enfants")
    alice.opens(f"/s/{cast.sphere.slug}/guests/")
    row = alice.page.locator('live-list[kind="guests.key"] > live-row')
    expect(row.get_by_text("in since")).to_have_count(2)

    jeanne.page.locator('nav.strip a[href="/me/"]').click()
    address, send = jeanne.page.get_by_label("Your e-mail address"), jeanne.page.get_by_role("button", name="Send me")
    address.fill(JEANNE)
    jeanne.loses_network()
    expect(send).to_be_disabled()
    expect(jeanne.page.get_by_text("The site mails a code: this needs the network.")).to_be_visible()
    expect(address).to_have_value(JEANNE)
    jeanne.gets_network()
    jeanne.comes_back()
    expect(send).to_be_enabled()
    send.click()
    jeanne.page.get_by_label("The code").fill("BBBB-BBBB")
    jeanne.page.get_by_role("button", name="Keep my place").click()
    expect(jeanne.page.get_by_text("This is not the code that we sent")).to_be_visible()
    jeanne.page.get_by_label("The code").fill(mailed_code())
    jeanne.page.get_by_role("button", name="Keep my place").click()
    expect(jeanne.page.get_by_role("heading", name="Your place is kept")).to_be_visible()

    expect(row.get_by_text("Has an account now")).to_be_visible()
    expect(row.get_by_text("in since")).to_have_count(0)
    jeanne.page.get_by_role("link", name="To my day").click()
    jeanne.is_home()
    jeanne.taps_to("Chantier")
    expect(jeanne.row("Bonjour les enfants")).to_be_visible()
    jeanne.writes("Je reste")
    jeanne.waits(0)
    assert [jeanne.row(words).get_attribute("data-own") is not None for words in said(cast.sphere)] == [True, True]
    # The other one stays in, and has the bar from its next page on.
    tablet.is_live()
    tablet.opens(f"/s/{cast.sphere.slug}/members/")
    expect(tablet.page.locator("nav.bar")).to_be_visible()
    expect(tablet.page.locator("body[data-guest]")).to_have_count(0)
