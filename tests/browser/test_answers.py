"""Answers that are none: what somebody in between says never ends a command."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Route, expect

from accounts.links import sign_in_link
from alveole import limits
from tests.browser.conftest import GivePhone
from tests.browser.people import Phone, answer_lost, answers, lost, said
from tests.conftest import Cast

PORTAL = "<!doctype html><title>Welcome to the hotel</title>"
WEATHER: dict[str, Callable[[Route], object]] = {
    "lost": lost,
    "answer lost": answer_lost,
    "captive portal": answers(200, PORTAL),
    "redirect to sign-in": answers(302, Location="/sign-in/"),
    "proxy refuses": answers(403, PORTAL),
    "proxy finds nothing": answers(404, PORTAL),
    "server is down": answers(502, PORTAL),
    "server is busy": answers(503, PORTAL, Retry_After="1"),
    "another command's answer": answers(
        200, '{"outcome":"accepted"}', Alveole_Command="01890000-0000-7000-8000-000000000000"
    ),
}


def writes_meanwhile(bob: Phone, weather: Callable[[Route], object]) -> None:
    """Write two messages; the first one meets the weather, and both still wait."""
    met = 0

    def meet(route: Route) -> None:
        nonlocal met
        met += 1
        weather(route)

    bob.meets(meet)
    bob.writes("first", "second")
    bob.hears(lambda: met, "the first is sent")
    bob.waits(2)
    # A row may be there by the socket before its receipt is: the badge counts it, the list does not.
    expect(bob.rows).to_have_count(2)


@pytest.mark.parametrize("weather", WEATHER)
def test_what_is_no_answer_keeps_the_words(cast: Cast, phone_of: GivePhone, talk: str, weather: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    if weather == "answer lost":
        # Else the row comes by the socket, and the device asks for its receipt at once.
        bob.meets(lost, "**/feed/")
    writes_meanwhile(bob, WEATHER[weather])
    bob.clears()
    bob.comes_back()
    bob.waits(0)
    bob.sees("first", "second")
    assert said(cast.sphere) == ["first", "second"]


def test_a_silent_server_is_said_and_the_words_go_when_the_line_is_back(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.is_live()
    silence = bob.meets_silence()
    bob.writes("first", "second")
    bob.waits(2)
    expect(bob.banner("offline")).to_be_visible()
    silence.detach()
    bob.comes_back()
    bob.waits(0)
    assert said(cast.sphere) == ["first", "second"]


def test_a_wrong_token_is_replaced_and_the_words_go(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    refusals = []
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    bob.page.on("response", lambda answer: refusals.append(answer) if answer.status == 403 else None)
    bob.writes("with a new token")
    bob.waits(0)
    assert refusals
    assert said(cast.sphere) == ["with a new token"]


def test_too_many_requests_wait_their_turn(
    cast: Cast, phone_of: GivePhone, talk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LIMITS", {**limits.LIMITS, "command": limits.Limit(1, 2, limits.By.PERSON)})
    refusals = []
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.page.on("response", lambda answer: refusals.append(answer) if answer.status == 429 else None)
    bob.writes("one", "two", "three")
    bob.waits(0)
    assert refusals
    assert said(cast.sphere) == ["one", "two", "three"]


def test_an_ended_session_keeps_the_words_until_the_person_is_back(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    assert cast.bob.person
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.is_live()
    Session.objects.all().delete()
    bob.writes("still mine")
    expect(bob.banner("signed-out")).to_be_visible()
    bob.waits(1)
    first = bob.page
    bob.page = bob.context.new_page()
    bob.follow_link(sign_in_link(cast.bob.person))
    bob.lives()
    bob.waits(0)
    bob.page = first
    bob.waits(0)
    bob.sees("still mine")
    assert said(cast.sphere) == ["still mine"]


def test_a_captive_portal_takes_nothing_away(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    cast.say(cast.alice, "before the hotel")
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.meets(answers(200, PORTAL), "**/*")
    bob.reloads()
    bob.writes("from the hotel")
    bob.waits(1)
    bob.sees("before the hotel", "from the hotel")
    bob.clears("**/*")
    bob.comes_back()
    bob.waits(0)
    assert said(cast.sphere) == ["before the hotel", "from the hotel"]
