"""Spheres and members on a phone: one's own sphere, its settings, roles, leaving; offline too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from messaging.models import Message
from spheres.actions import end_membership, give_role, settle
from spheres.models import Membership, Sphere
from spheres.seal import inside
from spheres.tasks import remove_posts
from tests.browser.conftest import GivePhone
from tests.browser.people import Phone
from tests.conftest import Cast
from tests.live import wait_until


def test_a_sphere_of_ones_own_is_made_without_network(cast: Cast, phone_of: GivePhone) -> None:
    phone = phone_of(cast.bob)
    phone.page.goto("/")
    phone.is_live()
    phone.keeps(cast.sphere)
    phone.page.goto("/spheres/")
    phone.is_live()
    phone.loses_network()
    phone.page.get_by_label("Its name").fill("The Martins")
    phone.page.get_by_label("Your name in it").fill("Papa")
    phone.page.get_by_role("button", name="Open the sphere").click()
    expect(phone.page).to_have_url(phone.page.url.split("/spheres")[0].rstrip("/") + "/")
    phone.gets_network()
    expect(phone.page.get_by_role("link", name="The Martins")).to_be_visible()
    mine = Membership.objects.get(sphere__name="The Martins")
    assert (mine.name, mine.role, mine.person_id, mine.sphere.context) == (
        "Papa",
        "administrator",
        cast.bob.person_id,
        "family",
    )
    assert Sphere.objects.filter(name="The Martins").count() == 1


def test_settings_reach_the_pages_of_others(cast: Cast, phone_of: GivePhone) -> None:
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    home = f"/s/{cast.sphere.slug}/"
    for phone in (alice, bob):
        phone.page.goto(home)
        phone.is_live()
        phone.keeps(cast.sphere)
    expect(bob.page.get_by_role("link", name="Settings of the sphere")).to_be_hidden()
    alice.page.get_by_role("link", name="Settings of the sphere").click()
    expect(alice.page.get_by_label("Its name")).to_have_value("Chantier")
    alice.page.get_by_label("Its name").fill("Atelier")
    alice.page.get_by_label("Rose").check(force=True)
    alice.page.get_by_role("button", name="Save").click()
    expect(bob.page.get_by_role("heading", name="Atelier")).to_be_visible()
    # What is kept for the next visits says so too: name and hue stand in it.
    bob.page.wait_for_function(
        """async (scope) => {
            for (const name of await caches.keys()) {
                const held = await (await caches.open(name)).match(`${scope}shells/-/spheres:sphere`);
                if (held && (await held.text()).includes('data-hue="rose"')) return true;
            }
        }""",
        arg=home,
    )


def test_what_is_switched_off_goes_from_the_screens_of_others_and_comes_back(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    cast.say(cast.alice, "said before")
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    bob.opens(talk)
    bob.keeps(cast.sphere)
    bob.page.locator("message-composer textarea").press_sequentially("half-written")
    settings = f"/s/{cast.sphere.slug}/settings/"
    alice.opens(settings)
    alice.keeps(cast.sphere)
    alice.page.get_by_label("Conversations").uncheck()
    alice.page.get_by_role("button", name="Save").click()
    alice.waits(0)
    expect(bob.page.locator('body[data-page="spheres:sphere"][data-without="messaging"]')).to_be_attached()
    expect(bob.page.locator('main live-list[kind="messaging.conversation"]')).to_have_count(0)
    alice.loses_network()
    alice.opens_cold(settings)
    expect(alice.page.get_by_label("Conversations")).not_to_be_checked()
    expect(alice.page.get_by_label("Groups")).to_be_checked()
    alice.page.get_by_label("Conversations").check()
    alice.page.get_by_role("button", name="Save").click()
    alice.waits(1)
    alice.gets_network()
    alice.waits(0)
    bob.page.locator('main live-list[kind="messaging.conversation"] a').click()
    bob.sees("said before")
    expect(bob.page.locator("message-composer textarea")).to_have_value("half-written")


def test_a_setting_that_two_changed_shows_both(cast: Cast, phone_of: GivePhone) -> None:
    alice = phone_of(cast.alice)
    alice.page.goto(f"/s/{cast.sphere.slug}/settings/")
    alice.is_live()
    alice.loses_network()
    alice.page.get_by_label("Its name").fill("Atelier")
    alice.page.get_by_role("button", name="Save").click()
    settle(cast.alice, wanted={"name": "Bureau"}, seen={"name": "Chantier"})
    alice.gets_network()
    alice.page.goto("/outbox/")
    expect(alice.page.get_by_text("Both versions are kept")).to_be_visible()
    expect(alice.page.locator("main")).to_contain_text("Bureau")
    expect(alice.page.locator("main")).to_contain_text("Atelier")


def test_a_role_is_given_and_felt(cast: Cast, phone_of: GivePhone) -> None:
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    bob.page.goto(f"/s/{cast.sphere.slug}/")
    bob.is_live()
    alice.page.goto(f"/s/{cast.sphere.slug}/members/")
    alice.page.get_by_role("link", name="Bob").click()
    alice.page.get_by_label("What this person is in the sphere").select_option("administrator")
    alice.page.get_by_role("button", name="Give this role").click()
    wait_until(lambda: Membership.objects.get(pk=cast.bob.pk).role == "administrator", "the role")
    expect(bob.page.get_by_role("link", name="Settings of the sphere")).to_be_visible()
    # Who reads the desk no more is still called by their name.
    cast.say(cast.bob, "Mes mots")
    give_role(cast.alice, cast.bob, role="member")
    expect(bob.page.get_by_role("link", name="Settings of the sphere")).to_be_hidden()
    alice.page.goto(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/")
    alice.is_live()
    cast.say(cast.bob, "Encore moi")
    expect(alice.page.get_by_text("Encore moi")).to_be_visible()
    expect(alice.page.get_by_text("Bob", exact=True)).to_have_count(2)
    expect(alice.page.get_by_text("A former member")).to_have_count(0)


def test_a_removed_member_s_words_are_said_to_be_removed_by_those_responsible(cast: Cast, phone_of: GivePhone) -> None:
    cast.say(cast.bob, "Mes mots")
    carol = phone_of(cast.carol)
    carol.page.goto(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/")
    carol.is_live()
    end_membership(cast.alice, cast.bob, keeps_posts=False)
    remove_posts()
    expect(carol.page.get_by_text("Removed by those responsible")).to_be_visible()
    expect(carol.page.get_by_text("Mes mots")).to_have_count(0)


@pytest.mark.parametrize("keeps", [True, False])
def test_who_leaves_is_gone_at_once_and_chooses_what_stays(cast: Cast, phone_of: GivePhone, keeps: bool) -> None:
    cast.say(cast.bob, "Mes mots")
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    alice.page.goto(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/")
    alice.is_live()
    expect(alice.page.get_by_text("Bob", exact=True)).to_be_visible()
    bob.page.goto(f"/s/{cast.sphere.slug}/members/{cast.bob.pk}/")
    bob.is_live()
    bob.page.locator("summary", has_text="Leave this sphere").click()
    bob.page.get_by_label("What I said stays" if keeps else "What I said is removed").check()
    bob.page.get_by_role("button", name="Leave this sphere").click()
    expect(bob.page).to_have_url(alice.page.url.split("/s/")[0] + "/")
    expect(bob.page.get_by_role("link", name="Chantier")).to_have_count(0)
    expect(alice.page.get_by_text("A former member")).to_be_visible()
    if not keeps:
        remove_posts()
    expect(alice.page.get_by_text("Removed by its author")).to_have_count(0 if keeps else 1)
    expect(alice.page.get_by_text("Mes mots")).to_have_count(1 if keeps else 0)
    with inside(cast.sphere):
        assert Message.objects.get(author=cast.bob).body == ("Mes mots" if keeps else "")


def is_removed_before_the_feed(phone: Phone, cast: Cast) -> None:
    """Let Bob be removed once his phone asks what is new, and before it is told."""
    here = [cast.bob]

    def removed_first(route: Route) -> None:
        while here:
            end_membership(cast.alice, here.pop())
        route.continue_()

    phone.page.route("**/feed/", removed_first)


def test_who_was_removed_before_the_phone_had_heard_of_the_sphere_is_led_home(cast: Cast, phone_of: GivePhone) -> None:
    bob = phone_of(cast.bob)
    is_removed_before_the_feed(bob, cast)
    bob.page.goto(f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/")
    expect(bob.page.locator('body[data-page="spheres:home"]')).to_be_attached()
    assert str(cast.sphere.pk) not in bob.memory()


def test_who_was_removed_from_what_everybody_reads_reads_as_everybody(
    cast: Cast, phone_of: GivePhone, talk: str
) -> None:
    cast.say(cast.alice, "before it was public")
    settle(cast.alice, wanted={"type": "public"}, seen={})
    bob = phone_of(cast.bob)
    is_removed_before_the_feed(bob, cast)
    bob.page.goto(talk)
    expect(bob.page.locator("body[data-me='']")).to_be_attached()
    expect(bob.page.get_by_text("before it was public")).to_have_count(0)
    expect(bob.page.locator("message-composer")).to_have_count(0)


def test_only_my_own_page_lets_me_change_my_name(cast: Cast, phone_of: GivePhone) -> None:
    bob = phone_of(cast.bob)
    bob.page.goto(f"/s/{cast.sphere.slug}/members/{cast.alice.pk}/")
    expect(bob.page.get_by_role("heading", name="Alice")).to_be_visible()
    expect(bob.page.locator("form:visible")).to_have_count(0)
    bob.page.goto(f"/s/{cast.sphere.slug}/members/{cast.bob.pk}/")
    bob.page.get_by_label("My name", exact=True).fill("Robert")
    bob.page.get_by_label("What I am or do here").fill("Maçon")
    bob.page.get_by_role("button", name="Save").click()
    wait_until(lambda: Membership.objects.get(pk=cast.bob.pk).name == "Robert", "the name")
    bob.page.goto(f"/s/{cast.sphere.slug}/members/")
    expect(bob.page.get_by_role("link", name="Robert")).to_contain_text("Maçon")


def test_how_somebody_is_reached_is_written_without_network_and_one_tap_calls(cast: Cast, phone_of: GivePhone) -> None:
    alice, bob = phone_of(cast.alice), phone_of(cast.bob)
    alice.page.goto(f"/s/{cast.sphere.slug}/members/")
    alice.is_live()
    mine = f"/s/{cast.sphere.slug}/members/{cast.bob.pk}/"
    bob.page.goto(mine)
    bob.is_live()
    bob.keeps(cast.sphere)
    bob.loses_network()
    bob.page.get_by_label("Telephone", exact=True).fill("06 12 or later")
    bob.page.get_by_role("button", name="Save").click()
    expect(bob.page.locator("#telephone:user-invalid")).to_have_count(1)
    bob.page.get_by_label("Telephone", exact=True).fill("06 12 34 56 78")
    bob.page.get_by_label("E-mail").fill("bob@work.example")
    bob.page.get_by_label("How to reach me").fill("On Tuesdays")
    bob.page.get_by_role("button", name="Save").click()
    bob.gets_network()
    row = alice.page.locator("live-row", has_text="On Tuesdays")
    expect(row.get_by_role("link", name="06 12 34 56 78")).to_have_attribute("href", "tel:0612345678")
    expect(row.get_by_role("link", name="bob@work.example")).to_have_attribute("href", "mailto:bob@work.example")
    bob.waits(0)
    bob.loses_network()
    bob.page.goto(mine)
    expect(bob.page.get_by_label("Telephone", exact=True)).to_have_value("06 12 34 56 78")
    expect(bob.page.get_by_role("link", name="bob@work.example")).to_be_visible()
