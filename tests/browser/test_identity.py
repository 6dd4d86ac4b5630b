"""Two people on one browser: nobody speaks as the other, and nobody reads what the other kept."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from accounts.identity import identity_of
from accounts.links import sign_in_link
from spheres.models import Membership
from tests.browser.conftest import GivePhone
from tests.browser.people import Phone, lost, said
from tests.conftest import Cast
from tests.live import Visitor

SECRET = "for the site only"
MINE = "i am alice"


def has_nothing_of(phone: Phone, alice: Membership) -> None:
    """Wait until the browser keeps of Alice what is not sent yet, closed, and nothing else."""
    assert alice.person
    identity = identity_of(alice.person)
    phone.hears(lambda: SECRET not in phone.memory(), "the rows are erased")
    phone.hears(lambda: f"shells|{identity}" not in phone.memory("shells"), "the shells are erased")
    assert MINE in phone.memory()


def left_unsent(cast: Cast, phone_of: GivePhone, talk: str) -> Phone:
    """Let Alice write a message in the tunnel, on a phone that knows her sphere."""
    cast.say(cast.bob, SECRET)
    phone = phone_of(cast.alice)
    phone.opens(talk)
    phone.keeps(cast.sphere)
    phone.loses_network()
    phone.writes(MINE)
    phone.waits(1)
    return phone


def test_another_session_under_a_living_tab_sends_and_shows_nothing_of_the_first(
    cast: Cast, phone_of: GivePhone, visit: Callable[[Membership], Visitor], talk: str
) -> None:
    phone = left_unsent(cast, phone_of, talk)
    eve = visit(cast.eve)
    phone.keep_session(eve.session_key)
    phone.gets_network()
    # Her tab is replaced by what Eve gets there.
    expect(phone.page.get_by_role("heading", name="There is nothing for you here")).to_be_visible()
    phone.opens("/")
    expect(phone.page.locator(f'body[data-identity="{eve.identity}"]')).to_be_attached()
    phone.waits(0)
    has_nothing_of(phone, cast.alice)
    phone.loses_network()
    phone.page.goto(talk)
    expect(phone.page.get_by_text(SECRET)).to_have_count(0)
    expect(phone.page.get_by_text(MINE)).to_have_count(0)
    assert said(cast.sphere) == [SECRET]
    phone.gets_network()
    alice = visit(cast.alice)
    phone.keep_session(alice.session_key)
    phone.opens("/")
    expect(phone.page.locator(f'body[data-identity="{alice.identity}"]')).to_be_attached()
    phone.lives()
    phone.waits(0)
    assert said(cast.sphere) == [SECRET, MINE]


def test_who_signs_in_beside_an_open_tab_never_speaks_for_it(
    cast: Cast, phone_of: GivePhone, visit: Callable[[Membership], Visitor], talk: str
) -> None:
    assert cast.alice.person
    assert cast.bob.person
    phone = phone_of(cast.alice)
    phone.opens(talk)
    phone.keeps(cast.sphere)
    phone.meets(lost)
    phone.writes(MINE)
    phone.waits(1)
    first = phone.page
    phone.page = second = phone.context.new_page()
    phone.follow_link(sign_in_link(cast.bob.person))
    phone.lives()
    phone.waits(0)
    phone.clears()
    phone.page = first
    # By itself: nobody touches it. Bob is a member too: he gets the same page, as himself and with nothing to send.
    expect(phone.page.locator(f'body[data-me="{cast.bob.pk}"]')).to_be_attached()
    phone.lives()
    phone.waits(0)
    phone.sees()
    phone.writes("i am bob")
    phone.sees("i am bob")
    phone.waits(0)
    assert said(cast.sphere) == ["i am bob"]
    phone.keep_session(visit(cast.alice).session_key)
    phone.reloads()
    expect(phone.page.locator(f'body[data-me="{cast.alice.pk}"]')).to_be_attached()
    phone.waits(0)
    phone.sees("i am bob", MINE)
    own = phone.page.locator("live-list > live-row[data-own]")
    expect(own).to_have_count(1)
    expect(own).to_contain_text(MINE)
    # Bob's tab follows too. Chromium never ends a browser whose page is just being replaced: so this comes last.
    expect(second.locator(f'body[data-identity="{identity_of(cast.alice.person)}"]')).to_be_attached()
    expect(second.locator("body[data-sync=live]")).to_be_attached()


def test_signing_out_offline_ends_what_is_kept_at_once_and_the_session_when_it_can(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    assert cast.alice.person
    phone = left_unsent(cast, phone_of, talk)
    other = phone.page
    phone.opens_new_tab("/me/")
    # A worker that began anew with this tab has the network, until it is told.
    phone.loses_network()
    phone.page.get_by_role("button", name="Sign out of this device").click()
    gone = phone.page.get_by_role("heading", name="You are signed out")
    expect(gone).to_be_visible()
    expect(other.get_by_role("heading", name="You are signed out")).to_be_visible()
    has_nothing_of(phone, cast.alice)
    for path in (talk, "/", "/outbox/"):
        phone.page.goto(path)
        expect(gone).to_be_visible()
    assert Session.objects.count() == 1
    phone.gets_network()
    phone.page.goto("/")
    phone.hears(lambda: Session.objects.count() == 0, "the session ends")
    expect(gone).to_be_visible()
    assert said(cast.sphere) == [SECRET]
    phone.follow_link(sign_in_link(cast.alice.person))
    phone.lives()
    phone.waits(0)
    assert said(cast.sphere) == [SECRET, MINE]


def test_after_signing_out_going_back_shows_nothing(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.bob, SECRET)
    phone = phone_of(cast.alice)
    phone.opens(talk)
    phone.keeps(cast.sphere)
    phone.page.get_by_role("link", name="Me", exact=True).click()
    phone.page.get_by_role("button", name="Sign out of this device").click()
    expect(phone.page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert settings.SESSION_COOKIE_NAME not in {cookie["name"] for cookie in phone.context.cookies()}
    phone.page.go_back()
    expect(phone.page.get_by_label("Email")).to_be_visible()
    expect(phone.page.get_by_text(SECRET)).to_have_count(0)
    assert SECRET not in phone.memory()
