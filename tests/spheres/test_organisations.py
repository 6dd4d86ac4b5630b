"""Organisations: the hall, what it offers, who comes in by themselves, and what ends with the job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from journal.errors import Refused
from journal.ids import uuid7
from journal.models import Entry
from spheres import waking
from spheres.actions import admit, create_organisation, create_sphere, end_membership, give_role, settle
from spheres.invitations.actions import ask, decide, invite
from spheres.models import Membership, Mine, Reader
from spheres.organisations import actions
from spheres.organisations.actions import enter, found_organisation, found_sphere
from spheres.organisations.models import Offer
from spheres.organisations.tasks import bring_everybody_in
from spheres.seal import inside
from spheres.types import TYPES
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
LOOK = {"hue": "teal", "shape": "star", "context": "work"}


@pytest.fixture
def hall(db: None) -> Membership:
    """Give the membership of whoever manages a company."""
    return found_organisation(person("Maud"), name="Lormeau")


def founded(hall: Membership, type: str, name: str = "Lieu") -> Membership:
    """Make a sphere of the organisation."""
    return found_sphere(hall, name=name, type=type, **LOOK)


def offers(hall: Membership) -> set[str]:
    """Name what everybody in the hall sees on offer."""
    with inside(hall.sphere):
        current = Entry.objects.current().filter(
            journal=hall.sphere.journal_id, kind="organisations.offer", is_gone=False
        )
        return {Offer.objects.get(pk=entry.object_id).offered.name for entry in current}


def places(somebody: Membership | User) -> set[str]:
    """Name the spheres that somebody is in."""
    who = somebody if isinstance(somebody, User) else somebody.person
    assert who is not None
    return {member.sphere.name for member in Membership.objects.of(who)}


def mark_of(member: Membership, sphere: str) -> str:
    """Say what the hall tells a member about being in a sphere on offer."""
    with inside(member.sphere):
        offered = Offer.objects.get(offered__name=sphere)
        found = Mine.objects.filter(membership=member, object_id=offered.pk, key="in").first()
        return found.value if found else ""


@pytest.mark.parametrize("type", TYPES)
def test_the_hall_knows_of_a_sphere_as_its_type_says(type: str, hall: Membership) -> None:
    founded(hall, type)
    assert offers(hall) == ({"Lieu"} if type in {"open", "global", "forum", "public"} else set())


def test_only_who_manages_the_organisation_makes_spheres_of_it(hall: Membership) -> None:
    made = founded(hall, "open")
    assert (made.role, made.name, made.sphere.organisation) == ("administrator", "Maud", hall.sphere.organisation)
    bob = admit(hall, person("Bob"))
    with pytest.raises(Refused, match="gestionnaires"):
        found_sphere(bob, name="À moi", type="open", **LOOK)
    with pytest.raises(Refused, match="gestionnaires"):
        found_sphere(made, name="Sous-sphère", type="open", **LOOK)
    assert places(bob) == {"Lormeau"}


@pytest.mark.parametrize("type", TYPES)
def test_who_belongs_comes_into_open_spheres_with_one_tap(type: str, hall: Membership) -> None:
    bob = admit(hall, person("Bob"), name="Bob L.")
    sphere = founded(hall, type).sphere
    with inside(hall.sphere):
        offer = Offer.objects.filter(offered=sphere).first() or Offer(sphere=hall.sphere, offered=sphere)
        if type not in {"open", "global", "forum"}:
            with pytest.raises(Refused, match="invite"):
                enter(bob, offer)
            assert places(bob) == {"Lormeau"}
            return
        there = enter(bob, offer)
        assert (there.role, there.name, places(bob)) == ("member", "Bob L.", {"Lormeau", "Lieu"})
        assert mark_of(bob, "Lieu") == "yes"
        assert enter(bob, offer).pk == there.pk
        end_membership(there, there)
        assert mark_of(bob, "Lieu") == "no"
        assert enter(bob, offer).pk != there.pk


def test_another_organisations_sphere_is_entered_by_nobody(hall: Membership, cast: Cast) -> None:
    other = found_organisation(person("Zoé"), name="Ailleurs")
    elsewhere = found_sphere(other, name="Leur lieu", type="open", **LOOK)
    with inside(other.sphere), pytest.raises(Refused):
        enter(hall, Offer.objects.get(offered=elsewhere.sphere))
    assert "Leur lieu" not in places(hall)


def test_a_sphere_of_everybody_has_everybody_and_newcomers_too(
    hall: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    people = [admit(hall, person(name)) for name in ("Bob", "Carl", "Dora")]
    founded(hall, "global", "Nouvelles")
    bring_everybody_in()
    assert all("Nouvelles" in places(member) for member in people)
    newcomer = admit(hall, person("Gil"))
    bring_everybody_in()
    assert places(newcomer) == {"Lormeau", "Nouvelles"}
    there = Membership.objects.get(person=newcomer.person, sphere__name="Nouvelles")
    end_membership(there, there)
    bring_everybody_in()
    assert places(newcomer) == {"Lormeau"}


def test_visitors_and_guests_are_not_of_the_organisation(hall: Membership) -> None:
    team = founded(hall, "visitor", "Équipe")
    founded(hall, "global", "Nouvelles")
    for role in ("visitor", "guest"):
        outsider = admit(team, person(role), role=role)
        bring_everybody_in()
        assert places(outsider) == {"Équipe"}
    bob = admit(team, person("Bob"), name="Bob")
    bring_everybody_in()
    assert places(bob) == {"Équipe", "Lormeau", "Nouvelles"}


@pytest.mark.parametrize("role", ["visitor", "guest"])
def test_nobody_visits_the_hall_itself(role: str, hall: Membership) -> None:
    team = founded(hall, "visitor", "Équipe")
    assert places(admit(team, person("Gil"), role=role)) == {"Équipe"}
    with pytest.raises(Refused, match="pas partie de l’organisation"):
        admit(hall, person("Ida"), role=role)
    bob = admit(hall, person("Bob"))
    with pytest.raises(Refused):
        give_role(hall, bob, role=role)
    assert Membership.objects.get(pk=bob.pk).role == "member"


def test_the_hall_stays_of_everybody(hall: Membership, browse: Browse) -> None:
    path = f"/s/{hall.sphere.slug}/settings/"
    words: dict[str, Any] = LOOK | {"members_invite": "no", "shows_history": "no"}
    client = browse(hall)
    assert 'name="type"' not in client.get(path).content.decode()
    said = fields(hall, "spheres.settle.1", **words, name="Lormeau et fils")
    assert post(client, path, said).status_code == 200
    for other in TYPES.keys() - {"global", "public"}:
        refused = post(client, path, fields(hall, "spheres.settle.1", **words, name="Autre", type=other))
        assert (refused.status_code, refused.json()["sentence"][:5]) == (403, "Every")
    hall.sphere.refresh_from_db()
    assert (hall.sphere.name, hall.sphere.joining) == ("Lormeau et fils", "automatic")


def test_when_the_work_half_ends_the_private_half_goes_on(hall: Membership) -> None:
    bob = admit(hall, person("Bob"))
    admit(founded(hall, "classic", "Équipe"), person_of(bob))
    founded(hall, "global", "Nouvelles")
    bring_everybody_in()
    create_sphere(person_of(bob), name="Chez nous", context="family")
    other = found_organisation(person("Zoé"), name="Le club")
    admit(other, person_of(bob))
    assert places(bob) == {"Lormeau", "Équipe", "Nouvelles", "Chez nous", "Le club"}
    end_membership(hall, bob)
    assert places(bob) == {"Chez nous", "Le club"}
    bring_everybody_in()
    assert places(bob) == {"Chez nous", "Le club"}


def person_of(member: Membership) -> User:
    """Give the person, who is there."""
    assert member.person is not None
    return member.person


def test_a_sphere_is_left_with_somebody_responsible(hall: Membership) -> None:
    ada = admit(hall, person("Ada"))
    with inside(hall.sphere):
        founded(hall, "open")
        lead = enter(ada, Offer.objects.get())
    founder = Membership.objects.get(sphere=lead.sphere, role="administrator")
    give_role(founder, lead, role="administrator")
    end_membership(founder, founder)
    member, first, later = (admit(lead, person(name)) for name in ("Bob", "Carl", "Dora"))
    for publisher in (first, later):
        give_role(lead, publisher, role="publisher")
    end_membership(hall, ada)
    roles = dict(Membership.objects.in_sphere(lead.sphere_id).values_list("name", "role"))
    assert roles == {member.name: "member", first.name: "administrator", later.name: "publisher"}
    assert Reader.objects.open().filter(journal_id=lead.sphere.desk_id, membership=first).exists()


def test_what_is_on_offer_already_tells_nobody_again_that_they_are_in(hall: Membership) -> None:
    team = founded(hall, "open", "Équipe")
    admit(team, person("Bob"))
    with CaptureQueriesContext(connection) as asked:
        settle(team, wanted={"name": "L’équipe"}, seen={})
    assert not [one["sql"] for one in asked if "spheres_mine" in one["sql"]]


def test_the_worker_is_woken_where_somebody_is_to_be_brought_in(
    hall: Membership, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    woken: list[tuple[str, ...]] = []
    monkeypatch.setattr(waking, "wake", lambda *said: woken.append(said))
    with django_capture_on_commit_callbacks(execute=True):
        admit(hall, person("Bob"))
        founded(hall, "open")
    assert woken == []
    with django_capture_on_commit_callbacks(execute=True):
        founded(hall, "global", "Nouvelles")
        admit(hall, person("Carl"))
    assert woken == [("spheres.organisations.tasks.bring_everybody_in",)] * 2


def test_an_offer_follows_the_settings_and_tells_who_is_in_already(hall: Membership) -> None:
    bob = admit(hall, person("Bob"))
    team = founded(hall, "classic", "Équipe")
    admit(team, person_of(bob))
    assert offers(hall) == set()
    settle(team, wanted={"type": "open"}, seen={})
    assert (offers(hall), mark_of(bob, "Équipe")) == ({"Équipe"}, "yes")
    settle(team, wanted={"name": "L’équipe"}, seen={})
    assert offers(hall) == {"L’équipe"}
    settle(team, wanted={"type": "classic"}, seen={})
    assert offers(hall) == set()


def test_a_device_holds_no_offer_that_was_withdrawn(hall: Membership, browse: Browse) -> None:
    gil, team = admit(hall, person("Gil")), founded(hall, "open", "Équipe")
    device = Device(browse(gil), gil).pull()
    assert "organisations.offer" in {kind for _, kind, _ in device.shown}
    settle(team, wanted={"type": "classic"}, seen={})
    with inside(hall.sphere):
        entry = f"/s/{hall.sphere.slug}/spheres/{Offer.objects.get(offered=team.sphere).pk}/entry/"
    assert "organisations.offer" not in {kind for _, kind, _ in device.pull().shown}
    assert post(browse(gil), entry, fields(gil, "organisations.enter.1")).status_code == 404
    settle(team, wanted={"type": "open"}, seen={})
    assert post(browse(gil), entry, fields(gil, "organisations.enter.1")).status_code == 200


def test_an_organisation_without_hall_is_as_before(db: None) -> None:
    lone = create_sphere(person("Maud"), name="Lieu", organisation=create_organisation("Vieille"), type="open")
    admit(lone, person("Bob"))
    bring_everybody_in()
    end_membership(lone, admit(lone, person("Gil")))
    assert actions.bring_in(lone.sphere) == 0
    with pytest.raises(Refused):
        found_sphere(lone, name="x", **LOOK)


def test_who_was_removed_from_the_hall_enters_nothing(hall: Membership) -> None:
    bob, sphere = admit(hall, person("Bob")), founded(hall, "open").sphere
    with inside(hall.sphere):
        offer = Offer.objects.get(offered=sphere)
        end_membership(hall, bob)
        with pytest.raises(Http404):
            enter(bob, offer)


def test_who_only_visits_is_told_of_no_offer(hall: Membership) -> None:
    team = founded(hall, "visitor", "Équipe")
    visitor = admit(team, person("Gil"), role="visitor")
    settle(team, wanted={"type": "open"}, seen={})
    assert (offers(hall), places(visitor)) == ({"Équipe"}, {"Équipe"})


def test_what_everybody_reads_is_read_from_the_hall(hall: Membership, browse: Browse) -> None:
    gil, place = admit(hall, person("Gil")), founded(hall, "public").sphere
    page = browse(gil).get(f"/s/{hall.sphere.slug}/spheres/").content.decode()
    assert f'<a class="button quiet when-out" href="/s/{place.slug}/">Read</a>' in page
    assert browse(gil).get(f"/s/{place.slug}/").status_code == 200


def test_who_asks_to_belong_waits_with_those_who_manage(hall: Membership, browse: Browse) -> None:
    link = invite(hall, id=uuid7(), needs_approval=True, max_uses=100)
    colleague = admit(hall, person("Gil"), name="Gil")
    asking = ask(person("Ida"), link, name="Ida")
    queue = {row["id"] for row in Device(browse(hall), hall).pull().shown.values() if row["k"] == "invitations.request"}
    assert queue == {str(asking.pk)}
    assert "invitations.request" not in str(Device(browse(colleague), colleague).pull().store)
    assert places(asking.person) == set()
    with pytest.raises(Refused):
        decide(colleague, asking, is_accepted=True)
    decide(hall, asking, is_accepted=True)
    assert places(asking.person) == {"Lormeau"}
