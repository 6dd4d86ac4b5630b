"""The wrong sphere: within a minute of a switch between work and private, the composer says where one speaks."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from spheres.actions import admit, create_sphere, end_membership
from spheres.models import Membership
from spheres.seal import inside
from tests.browser.conftest import GivePhone, Life
from tests.browser.people import Phone, lost, said
from tests.conftest import person

AT_WORK = "To 1 colleague, 1 visitor, in Chantier"
AT_HOME = "To 2 people of the family, in Maison"
IN_THE_CLUB = "To 1 member, in Foulées"
# At every frame: whose composer can be used, and what the header says and looks like.
WATCH_FRAMES = """() => {
    window.seen = [];
    const look = () => {
        const form = document.querySelector("message-composer form:not([inert])");
        if (form) {
            const mark = getComputedStyle(document.querySelector(".topbar .mark"));
            const name = document.querySelector(".topbar .name").textContent;
            const bar = getComputedStyle(document.querySelector(".topbar"));
            const looks = [name, mark.backgroundColor, mark.clipPath, bar.backgroundColor];
            window.seen.push(JSON.stringify([new URL(form.action).pathname.split("/")[2], ...looks]));
        }
        requestAnimationFrame(look);
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    look();
}"""
# Where the button is, from the bottom of the screen: the thumb is above it.
BUTTON = "() => innerHeight - document.querySelector('message-composer .send').getBoundingClientRect().bottom"
IS_COVERED = """() => {
    const [last] = [...document.querySelectorAll('[role="log"] > live-row')].slice(-1);
    const composer = document.querySelector("message-composer");
    return last.getBoundingClientRect().bottom > composer.getBoundingClientRect().top;
}"""
COMES_IN_VIEW = "() => dispatchEvent(new Event('focus'))"
# A screen reader speaks of what changes in a region that is on screen already.
LISTENS = """() => {
    window.heard = [];
    new MutationObserver((changes) => {
        for (const { target } of changes) if (target.role === "status") window.heard.push(target.textContent);
    }).observe(document, { childList: true, subtree: true });
}"""
NOBODY_LOOKS = "Object.defineProperty(document, 'visibilityState', { value: 'hidden' })"
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('guard|'))"


@pytest.fixture
def bob(life: Life, phone_of: GivePhone) -> Phone:
    """Give Bob's phone: it shows what is said at work, and the rest is on it."""
    phone = phone_of(life.cast.bob)
    phone.opens(life.at_work)
    phone.is_live()
    return phone


def line(phone: Phone) -> Locator:
    """Give what the composer says of where one speaks."""
    return phone.page.locator("message-composer .audience")


def says(phone: Phone, words: str) -> None:
    """Wait until the composer says so; on screen, if it is anything."""
    expect(line(phone)).to_have_text(words)
    if words:
        expect(line(phone)).to_be_visible()


def test_after_a_switch_the_composer_says_where_it_speaks_until_the_first_words(life: Life, bob: Phone) -> None:
    says(bob, "")
    bob.page.evaluate("() => { window.isSame = true; }")
    bob.taps_to("Maison")
    says(bob, AT_HOME)
    expect(bob.page.get_by_label("Message", exact=True)).to_have_accessible_description(AT_HOME)
    bob.writes("Dinner at eight")
    says(bob, "")
    bob.waits(0)
    assert said(life.home.sphere) == ["Dinner at eight"]
    # Nothing was said there yet.
    bob.taps_to("Foulées")
    says(bob, IN_THE_CLUB)
    bob.taps_to("Maison")
    says(bob, "")
    # Back to work within the minute is a switch as well, and so is the way home again.
    bob.taps_to("Chantier")
    says(bob, AT_WORK)
    bob.taps_to("Maison")
    says(bob, AT_HOME)
    assert bob.page.evaluate("() => window.isSame")


def test_it_is_spoken_too(life: Life, bob: Phone) -> None:
    bob.page.evaluate(LISTENS)
    bob.taps_to("Maison")
    says(bob, AT_HOME)
    bob.hears(lambda: AT_HOME in bob.page.evaluate("() => window.heard"), "a change of the region")


@pytest.mark.parametrize(("seconds", "words"), [(59, AT_HOME), (61, "")])
def test_it_is_said_for_a_minute_over_a_reload_too(life: Life, bob: Phone, seconds: int, words: str) -> None:
    start = time.time()
    bob.page.clock.set_fixed_time(start)
    bob.opens(life.at_home)
    says(bob, AT_HOME)
    bob.page.clock.set_fixed_time(start + seconds)
    bob.reloads()
    bob.is_live()
    says(bob, words)
    bob.taps_to("Foulées")
    says(bob, IN_THE_CLUB if words else "")


def test_it_goes_by_itself_and_nothing_moves_under_the_thumb(life: Life, bob: Phone) -> None:
    for number in range(30):
        life.cast.say(life.cast.alice, f"message {number}")
    at_work = bob.page
    bob.page.clock.install()
    bob.sees(*[f"message {number}" for number in range(30)])
    place = bob.page.evaluate(BUTTON)
    bob.opens_new_tab(life.at_home)
    says(bob, AT_HOME)
    bob.page = at_work
    says(bob, "")
    bob.page.evaluate(COMES_IN_VIEW)
    says(bob, AT_WORK)
    assert bob.page.evaluate(BUTTON) == place
    assert bob.page.evaluate(IS_COVERED) is False
    bob.page.clock.fast_forward(61_000)
    says(bob, "")
    assert bob.page.evaluate(BUTTON) == place


def test_a_tab_that_nobody_looks_at_is_nowhere(life: Life, bob: Phone) -> None:
    at_work = bob.page
    bob.page = behind = bob.context.new_page()
    behind.add_init_script(NOBODY_LOOKS)
    bob.opens(life.at_home)
    bob.is_live()
    bob.page = at_work
    bob.page.evaluate(COMES_IN_VIEW)
    bob.reloads()
    says(bob, "")
    # Shown: looked at, it is somewhere.
    bob.opens_new_tab(life.at_home)
    bob.page = at_work
    bob.page.evaluate(COMES_IN_VIEW)
    says(bob, AT_WORK)


def test_without_network_it_is_said_from_what_the_phone_keeps(life: Life, bob: Phone) -> None:
    for sphere in (life.cast.sphere, life.home.sphere):
        bob.keeps(sphere)
    bob.loses_network()
    bob.taps_to("Maison")
    says(bob, AT_HOME)
    bob.reloads()
    says(bob, AT_HOME)
    bob.writes("From the tunnel")
    bob.waits(1)
    says(bob, "")
    bob.reloads()
    bob.waits(1)
    says(bob, "")


def test_where_the_members_are_not_on_the_phone_yet_only_the_sphere_is_named(life: Life, phone_of: GivePhone) -> None:
    bob = phone_of(life.cast.bob)
    bob.meets(lost, "**/feed/")
    bob.opens(life.at_work)
    bob.opens(life.at_home)
    says(bob, "You are writing in Maison")
    bob.clears("**/feed/")
    bob.comes_back()
    says(bob, AT_HOME)


def test_it_follows_who_comes_and_goes_and_says_when_nobody_is_left(life: Life, bob: Phone) -> None:
    with inside(life.home.sphere):
        others = list(Membership.objects.filter(sphere=life.home.sphere).exclude(pk=life.home.pk))
    bob.taps_to("Maison")
    says(bob, AT_HOME)
    admit(life.home, person("Hugo"), role="guest", name="Hugo")
    says(bob, "To 2 people of the family, 1 guest, in Maison")
    for member in [*others, Membership.objects.get(name="Hugo")]:
        end_membership(life.home, member)
    says(bob, "To nobody but you, in Maison")


def test_from_one_private_sphere_to_another_nothing_is_said(life: Life, phone_of: GivePhone) -> None:
    bob = phone_of(life.cast.bob)
    bob.opens(life.at_home)
    bob.is_live()
    says(bob, "")
    bob.taps_to("Foulées")
    says(bob, "")
    # Shown: from here to work it would be.
    bob.taps_to("Chantier")
    says(bob, AT_WORK)


def test_from_work_to_work_nothing_is_said(life: Life, bob: Phone) -> None:
    assert life.cast.bob.person
    create_sphere(life.cast.bob.person, name="Bureau")
    bob.taps_to("Bureau")
    says(bob, "")
    bob.taps_to("Maison")
    says(bob, AT_HOME)


def test_two_taps_lead_from_work_to_the_family_whose_header_is_there_before_its_composer(
    life: Life, bob: Phone
) -> None:
    slugs = [life.cast.sphere.slug, life.home.sphere.slug]
    bob.page.evaluate(WATCH_FRAMES)
    bob.page.locator('nav.bar a[href="/"]:visible').tap()
    bob.page.locator("main").get_by_role("link", name="Maison").tap()
    expect(bob.page.locator(f'body[data-page="spheres:sphere"][data-sphere="{life.home.sphere.pk}"]')).to_be_attached()
    expect(bob.page.locator(".topbar .name")).to_have_text("Maison")
    bob.page.locator('main live-list[kind="messaging.conversation"] a').tap()
    bob.page.fill("message-composer textarea", "Dinner")
    frames: dict[str, set[tuple[Any, ...]]] = {slug: set() for slug in slugs}
    for slug, *looks in bob.page.evaluate("() => [...new Set(window.seen)].map(JSON.parse)"):
        frames[slug].add(tuple(looks))
    # Each sphere's composer was seen under one header only: its own. And the two have nothing in common.
    assert [len(frames[slug]) for slug in slugs] == [1, 1]
    (work,), (family,) = (frames[slug] for slug in slugs)
    assert (work[0], family[0]) == ("Chantier", "Maison")
    assert [one for one, other in zip(work, family, strict=True) if one == other] == []
    expect(bob.page).to_have_title("Conversation · Maison · Alvéole")


def test_signing_out_forgets_where_one_was(life: Life, bob: Phone) -> None:
    bob.opens(life.at_home)
    says(bob, AT_HOME)
    assert bob.page.evaluate(KEPT) != []
    bob.opens("/me/")
    bob.page.get_by_role("button", name="Sign out").click()
    bob.page.wait_for_url("**/signed-out/")
    assert bob.page.evaluate(KEPT) == []
