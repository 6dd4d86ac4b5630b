"""The outbox: nothing that a person wrote is lost or doubled, whatever happens to the line."""

from __future__ import annotations

import random
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import GivePhone
from tests.browser.people import answer_lost, lost, said
from tests.conftest import Cast


def test_fifty_messages_at_robot_speed_arrive_once_each_and_what_is_typed_meanwhile_stays(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    words = [f"message {number}" for number in range(50)]
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.writes_like_a_robot(*words)
    bob.waits(0)
    bob.sees(*words)
    expect(bob.page.locator("message-composer textarea")).to_have_value("half-written")
    assert said(cast.sphere) == words


def test_an_answer_lost_after_the_commit_makes_one_message(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    posts = 0

    def count_and_lose(route: Route) -> None:
        nonlocal posts
        posts += 1
        answer_lost(route)

    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.meets(count_and_lose)
    bob.writes("once")
    bob.hears(lambda: posts >= 3, "three posts")
    bob.waits(1)
    bob.clears()
    bob.comes_back()
    bob.waits(0)
    bob.sees("once")
    assert said(cast.sphere) == ["once"]


def test_lost_requests_and_lost_answers_in_any_order_change_nothing(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    chance = random.Random(2)  # noqa: S311  # the same every time
    words = [f"message {number}" for number in range(30)]
    bob = phone_of(cast.bob)
    bob.opens(talk)
    kinds: list[Callable[[Route], object]] = [lost, answer_lost, Route.continue_]

    def strike(route: Route) -> None:
        chance.choice(kinds)(route)

    bob.meets(strike)
    bob.writes(*words[:15])
    bob.reloads()
    bob.writes(*words[15:])
    bob.hears(lambda: bob.unsent == 0, "everything is sent", meanwhile=bob.comes_back)
    bob.sees(*words)
    assert said(cast.sphere) == words


def test_a_line_that_comes_and_goes_keeps_the_order_on_both_phones(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    words = [f"message {number}" for number in range(20)]
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    alice.opens(talk)
    bob.opens(talk)
    for number, body in enumerate(words):
        (bob.loses_network, bob.gets_network)[number % 2]()
        bob.writes(body)
    bob.waits(0)
    bob.sees(*words)
    alice.sees(*words)
    assert said(cast.sphere) == words


def test_two_tabs_send_once_in_one_order(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    # A server that is busy may be asked twice, by the same tab.
    senders: set[Page] = set()

    def count(route: Route) -> None:
        senders.add(route.request.frame.page)
        route.continue_()

    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.loses_network()
    first, second = bob.page, bob.opens_new_tab(talk)
    words = [f"message {number}" for number in range(6)]
    for number, body in enumerate(words):
        bob.page = (first, second)[number % 2]
        bob.writes(body)
    for bob.page in (first, second):
        bob.waits(6)
        bob.sees(*words)
    bob.meets(count)
    bob.gets_network()
    for bob.page in (first, second):
        bob.waits(0)
        bob.sees(*words)
    assert said(cast.sphere) == words
    assert len(senders) == 1


def test_a_tab_that_holds_the_drain_and_does_not_move_loses_it(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    # A frozen tab: it has the lock and says nothing any more.
    bob.page.evaluate(
        """() => {
            const name = `drain|${document.body.dataset.identity}`;
            navigator.locks.request(name, () => new Promise(() => {})).catch(() => {});
        }"""
    )
    bob.opens_new_tab(talk)
    bob.writes("after all")
    bob.hears(lambda: said(cast.sphere) == ["after all"], "the message arrives", patience=30)
    bob.waits(0)


def test_it_is_tried_again_without_anybody_looking(cast: Cast, phone_of: GivePhone, talk: str) -> None:
    bob = phone_of(cast.bob)
    bob.opens(talk)
    bob.meets(lost)
    bob.writes("by itself")
    bob.waits(1)
    bob.clears()
    bob.waits(0)
    assert said(cast.sphere) == ["by itself"]
