"""Somebody who has never heard of any of this is invited, comes in and says the first thing."""

from __future__ import annotations

import re
from io import BytesIO
from threading import Event
from typing import Any

import pytest
import zxingcpp
from django.core import mail
from PIL import Image
from playwright.sync_api import expect

from alveole.hosting.mail import OURS
from spheres.guests import actions
from spheres.guests.models import Key
from spheres.invitations.tokens import link_of
from tests.browser.conftest import GivePhone
from tests.browser.people import Phone, said
from tests.conftest import Cast
from tests.invitations.making import made, path


def types_a_name(phone: Phone, **more: str) -> None:
    phone.page.get_by_label("Your first name and surname").fill("Jeanne Martin")
    for label, words in more.items():
        phone.page.get_by_label(re.compile(label)).fill(words)
    phone.page.get_by_role("button", name="Come in").click()


def says_hello(phone: Phone, cast: Cast) -> None:
    phone.page.locator('main live-list[kind="messaging.conversation"] a').click()
    phone.writes("Hello everybody")
    phone.waits(0)
    phone.sees("Hello everybody")
    assert said(cast.sphere) == ["Hello everybody"]


def test_from_a_link_to_the_first_message_without_account(
    cast: Cast, phone_of: GivePhone, give_phone: GivePhone
) -> None:
    alice = phone_of(cast.alice, permissions=["clipboard-read", "clipboard-write"])
    alice.opens(f"/s/{cast.sphere.slug}/members/")
    alice.page.get_by_role("link", name="Invite somebody").click()
    alice.page.get_by_role("button", name="Make the link").click()
    alice.page.get_by_role("button", name="Copy").click()
    expect(alice.page.get_by_text("Copied")).to_be_visible()
    link = str(alice.page.evaluate("() => navigator.clipboard.readText()"))

    jeanne = give_phone()
    jeanne.page.goto(link)
    expect(jeanne.page.get_by_role("heading", name="Alice invites you to come in")).to_be_visible()
    types_a_name(jeanne, mail="jeanne@example.invalid")
    (sent,) = mail.outbox
    code = re.search(r"^\s{4}(\S+)$", str(sent.body), re.MULTILINE)
    assert code
    jeanne.page.get_by_label(re.compile("Code")).fill(code.group(1))
    jeanne.page.get_by_role("button", name="Sign in").click()
    expect(jeanne.page.get_by_label("Your first name and surname")).to_have_value("Jeanne Martin")
    jeanne.page.get_by_role("button", name="Come in").click()
    says_hello(jeanne, cast)

    alice.opens(f"/s/{cast.sphere.slug}/members/")
    expect(alice.page.get_by_text("Jeanne Martin")).to_be_visible()
    late = give_phone()
    late.page.goto(link)
    expect(late.page.get_by_role("heading", name="This invitation has been used")).to_be_visible()


def test_without_mail_and_without_javascript_a_password_is_enough(
    cast: Cast, give_phone: GivePhone, settings: Any
) -> None:
    settings.EMAIL_BACKEND = OURS
    jeanne = give_phone(java_script_enabled=False)
    jeanne.page.goto(path(made(cast.alice)))
    types_a_name(jeanne, mail="jeanne@example.invalid", password="un mot de passe long")
    jeanne.page.wait_for_url(f"**/s/{cast.sphere.slug}/")
    jeanne.page.locator('main live-list[kind="messaging.conversation"] a').click()
    jeanne.writes("Hello everybody")
    jeanne.sees("Hello everybody")
    assert said(cast.sphere) == ["Hello everybody"]


def test_who_has_an_account_signs_in_and_comes_back_to_the_invitation(cast: Cast, give_phone: GivePhone) -> None:
    assert cast.eve.person
    cast.eve.person.set_password("un mot de passe long")
    cast.eve.person.save()
    eve = give_phone()
    eve.page.goto(path(made(cast.alice)))
    eve.page.get_by_role("link", name="Sign in").click()
    eve.page.fill("[name=login]", "eve@example.invalid")
    eve.page.fill("[name=password]", "un mot de passe long")
    eve.page.get_by_role("button", name="Sign in").click()
    expect(eve.page.get_by_role("heading", name="Alice invites you to come in")).to_be_visible()
    eve.page.get_by_role("button", name="Come in").click()
    says_hello(eve, cast)


def test_a_second_link_from_a_kept_page_is_another_link(cast: Cast, phone_of: GivePhone) -> None:
    """The page is kept by the device with the number of a command in it: that number is not sent twice."""
    alice = phone_of(cast.alice)
    alice.opens(f"/s/{cast.sphere.slug}/invitations/")
    alice.keeps(cast.sphere)
    links = set()
    for _ in range(2):
        alice.opens(f"/s/{cast.sphere.slug}/invitations/")
        alice.page.get_by_role("button", name="Make the link").click()
        links.add(alice.page.get_by_label("The link").input_value())
    assert len(links) == 2


def test_without_network_the_form_says_why_it_is_closed(cast: Cast, phone_of: GivePhone) -> None:
    alice = phone_of(cast.alice)
    alice.opens(f"/s/{cast.sphere.slug}/invitations/")
    alice.keeps(cast.sphere)
    button = alice.page.get_by_role("button", name="Make the link")
    expect(button).to_be_enabled()
    alice.loses_network()
    expect(button).to_be_disabled()
    expect(alice.page.get_by_text("this needs the network")).to_be_visible()
    alice.gets_network()
    alice.comes_back()
    expect(button).to_be_enabled()
    expect(alice.page.get_by_text("this needs the network")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_camera_reads_the_printed_sheet(cast: Cast, phone_of: GivePhone, theme: str) -> None:
    invitation = made(cast.alice, max_uses=30)
    alice = phone_of(cast.alice, color_scheme=theme)
    alice.page.goto(f"/s/{cast.sphere.slug}/invitations/{invitation.pk}/")
    alice.page.get_by_role("link", name="As a picture").click()
    expect(alice.page.get_by_role("button", name="Print")).to_be_visible()
    for medium in ("screen", "print"):
        alice.page.emulate_media(media=medium)
        with Image.open(BytesIO(alice.page.screenshot(full_page=True))) as seen:
            (code,) = zxingcpp.read_barcodes(seen.convert("L"))
        assert code.text == link_of(invitation)
    expect(alice.page.get_by_role("button", name="Print")).to_be_hidden()
    expect(alice.page.get_by_text("Alice invites you to come in")).to_be_visible()


def test_a_second_tap_before_the_answer_came_makes_no_second_link(
    cast: Cast, phone_of: GivePhone, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, stored, tapped_twice = actions.make_key, Event(), Event()

    def slowly(*said: Any, **words: Any) -> Key:
        made = real(*said, **words)
        stored.set()
        tapped_twice.wait(20)  # the answer is still on its way
        return made

    monkeypatch.setattr("spheres.guests.views.actions.make_key", slowly)
    alice = phone_of(cast.alice)
    alice.opens(f"/s/{cast.sphere.slug}/guests/")
    alice.page.get_by_label("For whom?").fill("Mamie Jeanne")
    box = alice.page.get_by_role("button", name="Make the link").bounding_box()
    assert box is not None
    alice.page.mouse.click(box["x"] + 20, box["y"] + 20)
    assert stored.wait(20)
    alice.page.mouse.click(box["x"] + 20, box["y"] + 20)
    tapped_twice.set()
    expect(alice.page.locator('live-list[kind="guests.key"]').get_by_text("Mamie Jeanne")).to_be_visible()
    assert Key.objects.count() == 1
