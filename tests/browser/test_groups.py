"""Groups on a phone: chosen from the people of the sphere, offline too; a refused form comes back as it was."""

from __future__ import annotations

from playwright.sync_api import expect

from journal.ids import uuid7
from spheres.groups.actions import make_group
from spheres.groups.models import Place
from spheres.seal import inside
from tests.browser.conftest import GivePhone
from tests.browser.looking import complaints, look
from tests.conftest import Cast
from tests.live import wait_until


def people(cast: Cast) -> set[str]:
    with inside(cast.sphere):
        return set(Place.objects.whole().values_list("membership__name", flat=True))


def test_a_group_is_made_and_changed_without_network(cast: Cast, phone_of: GivePhone) -> None:
    alice = look(phone_of(cast.alice))
    alice.opens(f"/s/{cast.sphere.slug}/groups/")
    expect(alice.page.get_by_role("heading", name="No group yet")).to_be_visible()
    assert complaints(alice.page) == []
    alice.keeps(cast.sphere)
    alice.loses_network()
    alice.opens_cold(f"/s/{cast.sphere.slug}/groups/")
    alice.page.get_by_label("Its name").fill("Roof")
    alice.page.get_by_label("Bob").check()
    alice.page.get_by_label("Carol").check()
    alice.page.get_by_role("button", name="Make the group").click()
    alice.waits(1)
    alice.gets_network()
    alice.waits(0)
    assert people(cast) == {"Bob", "Carol"}

    alice.page.get_by_role("link", name="Roof").click()
    expect(alice.page.locator("main live-list[kind='groups.place'] live-row")).to_have_count(2)
    expect(alice.page.locator("html[aria-busy]")).to_have_count(0)
    assert complaints(alice.page) == []
    alice.loses_network()
    alice.opens_cold(alice.page.url)
    expect(alice.page.get_by_label("Bob")).to_be_checked()
    expect(alice.page.get_by_label("Alice")).not_to_be_checked()
    alice.page.get_by_label("Bob").uncheck()
    alice.page.get_by_label("Alice").check()
    alice.page.get_by_role("button", name="Save").click()
    alice.waits(1)
    alice.gets_network()
    alice.waits(0)
    wait_until(lambda: people(cast) == {"Alice", "Carol"}, "the group is changed")


def test_whom_one_chose_is_still_chosen_after_the_phone_closed_the_tab(cast: Cast, phone_of: GivePhone) -> None:
    alice = phone_of(cast.alice)
    alice.opens(f"/s/{cast.sphere.slug}/groups/")
    alice.page.get_by_label("Bob").check()
    alice.page.get_by_label("Its name").press_sequentially("Roof")
    alice.hears(lambda: "Roof" in alice.memory(), "the words are kept")
    alice.opens_cold(f"/s/{cast.sphere.slug}/groups/")
    expect(alice.page.get_by_label("Its name")).to_have_value("Roof")
    expect(alice.page.get_by_label("Bob")).to_be_checked()
    expect(alice.page.get_by_label("Carol")).not_to_be_checked()


def test_a_refused_form_comes_back_as_it_was_chosen(cast: Cast, phone_of: GivePhone) -> None:
    with inside(cast.sphere):
        make_group(cast.alice, id=uuid7(), name="Roof")
        group = make_group(cast.alice, id=uuid7(), name="Paint", members=[cast.bob.pk])
    alice = phone_of(cast.alice)
    alice.opens(f"/s/{cast.sphere.slug}/groups/{group.pk}/")
    alice.page.get_by_label("Its name").fill("Roof")
    alice.page.get_by_label("Bob").uncheck()
    alice.page.get_by_label("Carol").check()
    alice.page.get_by_role("button", name="Save").click()
    expect(alice.page.locator("outbox-badge")).to_be_visible()
    alice.opens("/outbox/")
    expect(alice.page.get_by_role("alert")).to_contain_text("There is a group of this name already")
    alice.page.get_by_role("button", name="Edit").click()
    expect(alice.page.get_by_label("Its name")).to_have_value("Roof")
    expect(alice.page.get_by_label("Bob")).not_to_be_checked()
    expect(alice.page.get_by_label("Carol")).to_be_checked()
    expect(alice.page.get_by_label("Alice")).not_to_be_checked()
    alice.page.get_by_label("Its name").fill("Colour")
    alice.page.get_by_role("button", name="Save").click()
    wait_until(lambda: people(cast) == {"Carol"}, "the group is changed")
