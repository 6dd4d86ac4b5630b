"""The administration in a browser: within the policy, on any screen, by day and by night, from sign-in to deed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.account.internal.flows import login
from django.contrib import admin
from django.urls import reverse
from playwright.sync_api import expect

from accounts.entering import SessionStore
from accounts.models import User
from accounts.sessions import keys_of
from alveole.backup.models import Proof
from journal.ids import uuid7
from spheres.guests.actions import make_key
from spheres.invitations.actions import invite
from tests.accounts.test_second_factor import code_at
from tests.alveole.office import SECRET, operator
from tests.browser.conftest import GivePhone
from tests.browser.looking import AXE, RUN_AXE, TOO_SMALL, TOO_WIDE
from tests.browser.people import DESK, Phone
from tests.conftest import Cast

# Of Django's own pages: their names for regions, and where its headings begin.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LISTS: list[Any] = list(admin.site._registry.values())


def bob(cast: Cast) -> User:
    assert cast.bob.person is not None
    return cast.bob.person


def proven(person: User) -> None:
    """Let a person's second factor have been shown on each of their devices."""
    for key in keys_of(person):
        session = SessionStore(key)
        session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time(), "type": "totp"}]
        session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
        session.save()


def complaints(phone: Phone) -> list[str]:
    """Look at the page in both themes."""
    found: list[str] = []
    for theme in ("light", "dark"):
        phone.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += [f"{theme}: {one}" for one in phone.page.evaluate(RUN_AXE, TAGS)]
    return [*found, *phone.page.evaluate(TOO_WIDE), *phone.page.evaluate(TOO_SMALL, 44)]


@pytest.mark.parametrize("screen", ["360", "1280"])
def test_every_page_is_within_the_policy_and_fits(cast: Cast, phone_of: GivePhone, screen: str) -> None:
    phone = phone_of(cast.bob, **({} if screen == "360" else DESK))
    phone.context.add_init_script(path=AXE)
    proven(operator(bob(cast)))
    invite(cast.alice, id=uuid7())
    make_key(cast.alice, id=uuid7(), name="Papi")
    Proof(archive="a").save()
    person = reverse("admin:accounts_user_change", args=[cast.carol.person_id])
    addresses = [
        reverse("admin:index"),
        reverse("admin:commands"),
        reverse("admin:notices"),
        person,
        *(shown.list_url for shown in LISTS),
    ]
    found = {}
    for address in addresses:
        phone.page.goto(address)
        expect(phone.page.locator("h1:visible")).to_have_count(1)
        found[address] = complaints(phone)
    assert {address: said for address, said in found.items() if said} == {}


def test_an_operator_shows_a_code_and_closes_an_account(cast: Cast, phone_of: GivePhone) -> None:
    phone = phone_of(cast.bob)
    phone.context.add_init_script(path=AXE)
    operator(bob(cast))
    phone.page.goto("/operator/")
    phone.page.get_by_role("link", name="Open the administration").click()
    phone.page.fill("[name=code]", code_at(SECRET, time.time()))
    phone.page.get_by_role("button", name="Go on").click()
    phone.page.get_by_role("link", name="People").click()
    phone.page.get_by_role("row", name="carol@example.invalid").get_by_role("checkbox").check()
    expect(phone.page.locator(".action-counter")).to_contain_text("1")
    phone.page.select_option("[name=action]", "close")
    phone.page.get_by_role("button", name="Go", exact=True).click()
    expect(phone.page.locator("h1")).to_have_text("Close the account")
    assert complaints(phone) == []
    phone.page.get_by_role("button", name="Close the account").click()
    expect(phone.page.locator(".messagelist")).to_contain_text("Done, to 1.")
    assert not User.objects.get(email="carol@example.invalid").is_active
