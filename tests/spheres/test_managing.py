"""Whoever manages an organisation: names and sizes of its spheres, appointing, and coming in only visibly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alveole import preparing
from journal import clock
from journal.errors import Refused
from journal.ids import uuid7
from journal.models import Entry
from spheres.actions import admit, create_sphere, delete_sphere, end_membership, give_role, settle
from spheres.models import Membership, Mine
from spheres.organisations.actions import appoint, catch_up, found_organisation, found_sphere, visit
from spheres.organisations.models import Holding, Offer
from spheres.seal import inside
from spheres.tasks import erase_deleted_spheres
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def hall(db: None) -> Membership:
    """Give the membership of whoever manages a company."""
    return found_organisation(person("Maud"), name="Lormeau")


@pytest.fixture
def team(hall: Membership) -> Membership:
    """Give the place of whoever is responsible for a sphere that Maud is not in."""
    ida = person("Ida")
    founder = found_sphere(hall, name="Équipe", type="classic", hue="teal", shape="star", context="work")
    admit(founder, ida, role="administrator", name="Ida")
    end_membership(founder, founder)
    return Membership.objects.of(ida).get(sphere=founder.sphere)


def seen(member: Membership, browse: Browse) -> dict[str, tuple[int, str]]:
    """Give the sizes and states of the spheres that a member's device lists, by name."""
    held = Device(browse(member), member).pull().shown.values()
    facts = [row["facts"] for row in held if row["k"] == "organisations.holding"]
    return {one["name"]: (one["size"], one["state"]) for one in facts}


def holding(team: Membership, hall: Membership) -> Holding:
    with inside(hall.sphere):
        found: Holding = Holding.objects.select_related("sphere", "held").get(held=team.sphere)
        return found


def test_a_manager_sees_names_and_sizes_and_nothing_else(
    hall: Membership, team: Membership, browse: Browse, cast: Cast
) -> None:
    gil = admit(team, person("Gil"), name="Gil")
    assert seen(hall, browse) == {"Équipe": (2, "")}
    settle(team, wanted={"name": "L’équipe", "description": "le secret de Gil"}, seen={})
    device = Device(browse(hall), hall).pull()
    end_membership(team, gil)
    sizes = [row["facts"]["size"] for row in device.pull().shown.values() if row["k"] == "organisations.holding"]
    assert sizes == [1]
    settle(team, wanted={"type": "public"}, seen={})
    settle(team, wanted={"type": "classic"}, seen={})
    assert seen(hall, browse) == {"L’équipe": (1, "")}
    for secret in ("le secret de Gil", team.sphere.slug, str(team.sphere_id), str(team.pk)):
        assert secret not in str(device.shown)
    assert browse(hall).get(f"/s/{team.sphere.slug}/").status_code == 404
    member = admit(hall, person("Jo"), name="Jo")
    assert seen(member, browse) == {}
    give_role(hall, member, role="publisher")
    assert seen(member, browse) == {}
    give_role(hall, member, role="administrator")
    assert seen(member, browse) == {"L’équipe": (1, "")}
    give_role(hall, member, role="member")
    assert seen(member, browse) == {}


def test_personal_spheres_are_nowhere(hall: Membership, browse: Browse) -> None:
    assert hall.person is not None
    create_sphere(hall.person, name="Chez Maud", context="family")
    assert seen(hall, browse) == {}
    with inside(hall.sphere):
        assert not Holding.objects.exists()


def test_a_manager_comes_in_seen_by_everybody(hall: Membership, team: Membership, browse: Browse) -> None:
    watching = Device(browse(team), team).pull()
    path = f"/s/{hall.sphere.slug}/spheres/all/{holding(team, hall).pk}/visit/"
    for _ in range(2):
        assert post(browse(hall), path, fields(hall, "organisations.visit.1")).status_code == 200
    assert hall.person is not None
    place = Membership.objects.of(hall.person).get(sphere=team.sphere)
    assert (place.role, place.is_manager) == ("member", True)
    [row] = [row for row in watching.pull().shown.values() if row["id"] == str(place.pk)]
    assert "came in as manager of the organisation" in row["html"]
    settings = {"name": "x", "hue": "teal", "shape": "star", "context": "work", "type": "classic"}
    settings |= {"members_invite": "no", "shows_history": "no"}
    said: dict[str, Any] = dict(settings)
    answer = post(browse(place), f"/s/{team.sphere.slug}/settings/", fields(place, "spheres.settle.1", **said))
    assert answer.status_code == 403


def test_a_manager_appoints_somebody_of_the_organisation(
    hall: Membership, team: Membership, browse: Browse, cast: Cast
) -> None:
    jo, gil = admit(hall, person("Jo"), name="Jo"), admit(team, person("Gil"), name="Gil")
    path = f"/s/{hall.sphere.slug}/spheres/all/{holding(team, hall).pk}/appointment/"
    page = browse(hall).get(path).content.decode()
    assert f'<option value="{jo.pk}">Jo</option>' in page
    assert gil.person is not None
    gil_in_the_hall = Membership.objects.of(gil.person).get(sphere=hall.sphere)
    for chosen in (jo, gil_in_the_hall, jo):
        said = fields(hall, "organisations.appoint.1", member_id=chosen.pk)
        assert post(browse(hall), path, said).status_code == 200
    roles = dict(Membership.objects.in_sphere(team.sphere_id).values_list("name", "role"))
    assert roles == {"Ida": "administrator", "Gil": "administrator", "Jo": "administrator"}
    for wrong, status in ((cast.bob.pk, 404), (uuid7(), 404), ("", 422)):
        said = fields(hall, "organisations.appoint.1", member_id=wrong)
        assert post(browse(hall), path, said).status_code == status


def test_nobody_else_comes_in_or_appoints(hall: Membership, team: Membership, browse: Browse, cast: Cast) -> None:
    jo = admit(hall, person("Jo"), name="Jo")
    place = holding(team, hall)
    for deed, words in (("visit", {}), ("appointment", {"member_id": jo.pk})):
        path = f"/s/{hall.sphere.slug}/spheres/all/{place.pk}/{deed}/"
        command = "organisations.visit.1" if deed == "visit" else "organisations.appoint.1"
        for somebody in (jo, cast.alice):
            assert post(browse(somebody), path, fields(somebody, command, **words)).status_code == 404
    for member in (jo, cast.alice):
        with pytest.raises(Refused, match="gèrent"):
            visit(member, place)
        with pytest.raises(Refused, match="gèrent"):
            appoint(member, place, jo)
    other = found_organisation(person("Zoé"), name="Autre")
    with pytest.raises(Refused, match="gèrent"):
        visit(other, place)
    with pytest.raises(Refused, match="de l’organisation"):
        appoint(hall, place, cast.bob)


def test_a_deleted_sphere_is_not_entered_and_then_gone(hall: Membership, team: Membership, browse: Browse) -> None:
    device = Device(browse(hall), hall).pull()
    delete_sphere(team)
    assert seen(hall, browse) == {"Équipe": (1, "deleted")}
    with pytest.raises(Refused, match="supprimée"):
        visit(hall, holding(team, hall))
    device.pull()
    held = holding(team, hall)
    with clock.at(clock.now() + timedelta(days=8)):
        erase_deleted_spheres()
    assert seen(hall, browse) == {}
    # Sockets that were told of it to the end are told that it is gone.
    assert Entry.objects.filter(journal=hall.sphere.desk_id, object_id=held.pk, is_gone=True).exists()
    assert "organisations.holding" not in {row["k"] for row in device.pull().shown.values()}


def badge_of(member: Membership, device: Device) -> bool:
    """Whether a device shows somebody as the organisation's manager, in the row and in its facts."""
    [row] = [row for row in device.pull().shown.values() if row["id"] == str(member.pk)]
    shown = "came in as manager of the organisation" in row["html"]
    assert shown == row["facts"]["is_manager"]
    return shown


def test_the_badge_goes_with_the_role(hall: Membership, team: Membership, browse: Browse) -> None:
    jo = admit(hall, person("Jo"), role="administrator", name="Jo")
    assert hall.person is not None
    other = found_organisation(person("Zoé"), name="Autre")
    admit(other, hall.person, role="administrator", name="Maud")
    elsewhere = Membership.objects.of(hall.person).get(sphere=other.sphere)
    theirs = create_sphere(person("Gil"), name="Leur lieu", organisation=other.sphere.organisation)
    places = [visit(manager, holding(of, manager)) for manager, of in ((hall, team), (jo, team), (elsewhere, theirs))]
    here, jos, there = places
    watching = {place: Device(browse(who), who).pull() for place, who in ((here, team), (jos, team), (there, theirs))}
    assert [badge_of(place, watching[place]) for place in watching] == [True, True, True]
    give_role(jo, hall, role="publisher")
    assert [badge_of(place, watching[place]) for place in watching] == [False, True, True]
    assert not badge_of(here, Device(browse(team), team))
    assert Membership.objects.get(pk=here.pk).is_open
    give_role(jo, Membership.objects.get(pk=hall.pk), role="administrator")
    assert not badge_of(here, watching[here])  # it says how somebody came in, and nobody came in again


def test_who_leaves_the_organisation_wears_its_badge_nowhere(hall: Membership, team: Membership) -> None:
    admit(hall, person("Jo"), role="administrator", name="Jo")
    place = visit(hall, holding(team, hall))
    end_membership(hall, hall)
    assert not Membership.objects.filter(pk=place.pk, ended_at=None).exists()
    assert not Membership.objects.filter(person=hall.person, ended_at=None).exists()


def as_before(hall: Membership) -> None:
    """Let the hall be one that was never told of its spheres."""
    with inside(hall.sphere):
        for model in (Holding, Offer, Mine):
            model.objects.all().delete()
    Entry.objects.filter(kind__in=("organisations.holding", "organisations.offer", "spheres.mine")).delete()


def test_a_hall_that_was_told_of_nothing_catches_up(hall: Membership, team: Membership, browse: Browse) -> None:
    jo = admit(hall, person("Jo"), role="administrator", name="Jo")
    found_sphere(hall, name="Ouvert", type="open", hue="teal", shape="star", context="work")
    place = visit(jo, holding(team, jo))
    give_role(hall, jo, role="member")
    Membership.objects.filter(pk=place.pk).update(is_manager=True)  # as none was ever taken off
    as_before(hall)
    maud, ida = Device(browse(hall), hall).pull(), Device(browse(team), team).pull()
    assert (seen(hall, browse), offers(maud), badge_of(place, ida)) == ({}, {}, True)
    catch_up()
    assert seen(hall, browse) == {"Équipe": (2, ""), "Ouvert": (1, "")}
    assert offers(maud.pull()) == {"Ouvert": "yes"}
    assert not badge_of(place, ida)
    assert maud.shown == Device(browse(hall), hall).pull().shown
    told = Entry.objects.count()
    catch_up()
    assert Entry.objects.count() == told


def found_halls(*numbers: int) -> None:
    for number in numbers:
        boss = found_organisation(person(f"Boss {number}"), name=f"Maison {number}")
        found_sphere(boss, name="Ouvert", type="open", hue="teal", shape="star", context="work")


def test_where_nothing_is_missing_more_halls_cost_no_more(db: None) -> None:
    asked = []
    for numbers in ((1, 2, 3), (4, 5, 6)):
        found_halls(*numbers)
        with CaptureQueriesContext(connection) as queries:
            catch_up()
        asked.append(len(queries))
    assert asked[0] == asked[1] < 9


def test_halls_that_cannot_catch_up_keep_no_site_from_starting(
    hall: Membership, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failure: Exception = ValueError("Ouvert")

    def fails() -> None:
        raise failure

    monkeypatch.setattr(preparing, "catch_up", fails)
    preparing._let_halls_catch_up()
    assert [record.message for record in caplog.records] == [
        "Halls were not told of all their spheres; the next start tries again"
    ]
    failure = DatabaseError("database disk image is malformed")  # what else is read is no better
    with pytest.raises(DatabaseError):
        preparing._let_halls_catch_up()


def offers(device: Device) -> dict[str, str]:
    """Give the spheres on offer by name, and whether whoever holds the device is told that they are in."""
    rows = device.shown.values()
    marks = {row["facts"]["on"]: row["facts"]["value"] for row in rows if row["k"] == "spheres.mine"}
    found = [row for row in rows if row["k"] == "organisations.offer"]
    return {row["facts"]["name"]: marks.get(row["id"], "") for row in found}
