"""Every page for everybody: accessible, nothing cut off, nothing too small for a thumb, nothing from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import expect

from accounts.models import User
from alveole.hosting.mail import OURS
from journal.ids import uuid7
from spheres.actions import create_sphere
from spheres.guests import tokens as guests
from spheres.guests.actions import make_key
from tests.browser.conftest import GivePhone, address
from tests.browser.looking import TOO_WIDE, complaints, look, shows
from tests.browser.paths import NAMES, SECRET, SIGNED_IN, path_of
from tests.browser.people import DESK, Phone
from tests.conftest import Cast
from tests.guests.growing import mailed_code
from tests.guests.making import ANDROID


@pytest.mark.parametrize("screen", ["360", "1280"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_for_everybody(
    cast: Cast, phone_of: GivePhone, give_phone: GivePhone, name: str, screen: str
) -> None:
    changed: dict[str, Any] = {} if screen == "360" else DESK
    phone = look(phone_of(cast.bob, **changed) if name in SIGNED_IN else give_phone(**changed))
    shows(phone, path_of(name, cast))
    expect(phone.page.locator("h1:visible")).to_have_count(1)
    assert complaints(phone.page) == []


def test_text_twice_as_large_cuts_nothing_off(cast: Cast, phone_of: GivePhone, give_phone: GivePhone) -> None:
    grandmother, nobody = phone_of(cast.carol), give_phone()
    cut = {}
    for name in NAMES:
        phone = grandmother if name in SIGNED_IN else nobody
        shows(phone, path_of(name, cast))
        phone.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
        cut[name] = phone.page.evaluate(TOO_WIDE)
    assert {name: found for name, found in cut.items() if found} == {}


def tries_a_mail_server(cast: Cast, phone: Phone, talk: str) -> None:
    assert cast.bob.person is not None
    User.objects.filter(pk=cast.bob.person.pk).update(is_staff=True)
    with override_settings(EMAIL_BACKEND=OURS):
        phone.page.goto("/operator/")
        phone.page.fill("[name=mail_host]", "127.0.0.1")
        phone.page.fill("[name=mail_from]", "nobody")
        phone.page.get_by_role("button", name="Send me a test").click()
        expect(phone.page.get_by_role("alert")).to_be_visible()


def is_pending(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    phone.keeps(cast.sphere)
    phone.loses_network()
    phone.writes("in the tunnel")
    phone.waits(1)
    phone.pending.locator(".outbox-state summary").click()


def waits_in_the_outbox(cast: Cast, phone: Phone, talk: str) -> None:
    is_pending(cast, phone, talk)
    phone.opens("/outbox/")
    phone.page.locator("outbox-list .outbox-state summary").click()


def is_refused(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    phone.page.eval_on_selector("message-composer textarea", "field => field.removeAttribute('maxlength')")
    phone.writes("x" * 10_001)
    phone.opens("/outbox/")
    expect(phone.page.locator("[data-sentence]").first).to_contain_text("too long")
    phone.page.get_by_text("Discard", exact=True).click()


def asks_before_deleting(cast: Cast, phone: Phone, talk: str) -> None:
    cast.say(cast.bob, "to be deleted")
    phone.opens(talk)
    phone.is_live()
    row = phone.row("to be deleted")
    row.locator("summary").first.click()
    row.get_by_text("Delete", exact=True).click()
    expect(row.get_by_role("button", name="Delete this message")).to_be_visible()


def is_not_here(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    phone.keeps(cast.sphere)
    phone.loses_network()
    phone.opens(talk.replace(str(cast.conversation.pk), str(cast.alice.pk)))
    expect(phone.page.get_by_role("heading", name="This is not on your device")).to_be_visible()


def misspells_the_password(cast: Cast, phone: Phone, talk: str) -> None:
    phone.context.clear_cookies()
    phone.page.goto("/sign-in/")
    phone.page.fill("[name=login]", "bob@example.invalid")
    phone.page.fill("[name=password]", "wrong words")
    phone.page.get_by_role("button", name="Sign in").click()
    expect(phone.page.locator(".errorlist")).to_be_visible()


def is_a_guest(cast: Cast, phone: Phone) -> None:
    phone.context.clear_cookies()
    key = make_key(cast.alice, id=uuid7(), name="Grand-mère_sans_espace_ni_tiret_qui_ne_tient_pas_sur_une_ligne")
    phone.page.goto(guests.link_of(key).removeprefix(settings.ALVEOLE_URL))
    phone.page.get_by_role("button", name="Come in").click()
    phone.page.wait_for_url(f"**/s/{cast.sphere.slug}/")
    phone.opens("/me/")


def mistypes_a_code(cast: Cast, phone: Phone, talk: str) -> None:
    is_a_guest(cast, phone)
    phone.page.get_by_label("Your e-mail address").fill(f"{'grandmere_' * 6}@example.invalid")
    phone.page.get_by_role("button", name="Send me a code").click()
    phone.page.get_by_label("The code").fill("BBBB-BBBB")
    phone.page.get_by_role("button", name="Keep my place").click()
    expect(phone.page.locator(".errorlist")).to_be_visible()
    phone.page.locator("summary").click()


def finds_the_address_taken(cast: Cast, phone: Phone, talk: str) -> None:
    is_a_guest(cast, phone)
    phone.page.get_by_label("Your e-mail address").fill("bob@example.invalid")
    phone.page.get_by_role("button", name="Send me a code").click()
    phone.page.get_by_label("The code").fill(mailed_code("bob@example.invalid"))
    phone.page.get_by_role("button", name="Keep my place").click()
    expect(phone.page.get_by_role("heading", name="You have an account here already")).to_be_visible()
    phone.page.locator("summary").click()


def is_inside_another_app(cast: Cast, phone: Phone, talk: str) -> None:
    phone.context.clear_cookies()
    phone.page.set_extra_http_headers({"User-Agent": f"{ANDROID.replace(')', '; wv)', 1)} [FB_IAB/FB4A;FBAV/488.0;]"})
    shows(phone, path_of("guests:landing", cast))
    expect(phone.page.get_by_role("heading", name="This page is open inside Facebook")).to_be_visible()


def sets_up_a_second_factor(cast: Cast, phone: Phone, talk: str) -> None:
    phone.page.goto("/me/second-factor/app/")
    # Whoever has no password shows a mailed code first.
    phone.page.get_by_role("button", name="Send me a code").click()
    field = phone.page.locator("[name=code]")
    expect(field).to_be_visible()
    assert complaints(phone.page) == []
    field.fill(mailed_code("bob@example.invalid"))
    phone.page.get_by_role("button", name="Go on").click()
    secret = phone.page.locator(".secret").inner_text()
    phone.page.fill("[name=code]", "000000")
    phone.page.get_by_role("button", name="Use it from now on").click()
    expect(phone.page.locator(".errorlist")).to_be_visible()
    assert complaints(phone.page) == []
    phone.page.fill("[name=code]", format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    phone.page.get_by_role("button", name="Use it from now on").click()
    expect(phone.page.locator(".codes li")).to_have_count(10)


def shows_a_code(cast: Cast, phone: Phone, talk: str) -> None:
    assert cast.bob.person
    TOTP.activate(cast.bob.person, SECRET)
    phone.page.goto("/me/second-factor/app/end/")
    phone.page.fill("[name=code]", format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    phone.page.get_by_role("button", name="Go on").click()
    expect(phone.page.get_by_role("button", name="Give it up")).to_be_visible()
    assert complaints(phone.page) == []
    phone.page.goto("/me/second-factor/codes/new/")
    expect(phone.page.get_by_role("button", name="Make new ones")).to_be_visible()


def is_told_where_it_speaks(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    assert cast.bob.person
    name = "Une famille au nom si long qu’il ne tient sur aucune ligne"
    home = create_sphere(cast.bob.person, name=name, context="family")
    phone.opens(address(home))
    expect(phone.page.locator("message-composer .audience")).to_contain_text("Une famille")


def is_asked_before_pasting(cast: Cast, phone: Phone, talk: str) -> None:
    phone.opens(talk)
    phone.page.fill("message-composer textarea", "from work")
    phone.page.locator("message-composer textarea").select_text()
    phone.page.keyboard.press("Control+X")
    is_told_where_it_speaks(cast, phone, talk)
    phone.page.locator("message-composer textarea").focus()
    phone.page.keyboard.press("Control+V")
    expect(phone.page.get_by_role("dialog")).to_be_visible()


def lists_every_address(cast: Cast, phone: Phone, talk: str) -> None:
    shows(phone, path_of("reports:report", cast))
    phone.page.get_by_text("Every address that was tried").click()
    expect(phone.page.locator(".part .answer").first).to_be_visible()


MOMENTS: dict[str, Callable[[Cast, Phone, str], None]] = {
    "an item is pending": is_pending,
    "an item waits in the outbox": waits_in_the_outbox,
    "a refusal is shown": is_refused,
    "a deletion asks": asks_before_deleting,
    "a page is not here": is_not_here,
    "a password is wrong": misspells_the_password,
    "a second factor is set up": sets_up_a_second_factor,
    "a code is shown again": shows_a_code,
    "a mail server is tried": tries_a_mail_server,
    "a code is wrong": mistypes_a_code,
    "an address is taken": finds_the_address_taken,
    "every address is listed": lists_every_address,
    "another app is around": is_inside_another_app,
    "a switch is said": is_told_where_it_speaks,
    "a paste is asked about": is_asked_before_pasting,
}


@pytest.mark.parametrize("screen", ["360", "1280"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_what_happens_on_a_page_is_for_everybody(
    cast: Cast, phone_of: GivePhone, talk: str, moment: str, screen: str
) -> None:
    phone = look(phone_of(cast.bob, **({} if screen == "360" else DESK)))
    MOMENTS[moment](cast, phone, talk)
    assert complaints(phone.page) == []
