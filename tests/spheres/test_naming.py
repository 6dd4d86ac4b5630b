"""What an organisation is called, its hue and its kind: its managers say so, where everybody of it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from journal.errors import Refused, Stale
from journal.models import Entry
from spheres.actions import admit, settle
from spheres.models import Membership, Organisation
from spheres.organisations.actions import catch_up, found_organisation, found_sphere
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
SAID: dict[str, Any] = {"name": "Lormeau Frères", "hue": "teal", "shape": "circle", "context": "work"}
SAID |= {"members_invite": "no", "shows_history": "no", "organisation_kind": "association"}


@pytest.fixture
def maud(cast: Cast) -> Membership:
    """Give the place of Maud, who manages a company."""
    return found_organisation(person("Maud"), name="Lormeau")


def organisation_of(member: Membership) -> tuple[str, str, str]:
    """Give the name, the hue and the kind of a member's organisation."""
    found = Organisation.objects.get(spheres=member.sphere)
    return found.name, found.hue, found.kind


@pytest.mark.parametrize("device", [True, False])
def test_managers_name_it_colour_it_and_say_what_it_is(maud: Membership, browse: Browse, device: bool) -> None:
    there = f"/s/{maud.sphere.slug}"
    assert organisation_of(maud) == ("Lormeau", "slate", "company")
    page = browse(maud).get(f"{there}/settings/").content.decode()
    assert '<option value="company" selected>' in page
    said = fields(maud, "spheres.settle.1", **SAID)
    assert post(browse(maud), f"{there}/settings/", said, device=device).status_code == (200 if device else 303)
    assert organisation_of(maud) == ("Lormeau Frères", "teal", "association")
    assert '<option value="association" selected>' in browse(maud).get(f"{there}/settings/").content.decode()
    # What suits it is proposed first.
    new = browse(maud).get(f"{there}/spheres/new/").content.decode()
    assert new.index('value="club"') < new.index('value="project"')


def test_who_does_not_manage_it_changes_nothing(maud: Membership, cast: Cast, browse: Browse) -> None:
    jo = admit(maud, person("Jo"), name="Jo")
    team = found_sphere(maud, name="Équipe", type="classic", hue="teal", shape="star", context="work")
    with pytest.raises(Refused):
        settle(team, wanted={"organisation_kind": "school"}, seen={})
    with pytest.raises(Refused):
        settle(cast.alice, wanted={"organisation_kind": "school"}, seen={})
    there = f"/s/{maud.sphere.slug}/settings/"
    answer = post(browse(jo), there, fields(jo, "spheres.settle.1", **SAID))
    assert (answer.status_code, "Only the people responsible" in answer.json()["sentence"]) == (403, True)
    assert post(browse(cast.eve), there, fields(cast.eve, "spheres.settle.1", **SAID)).status_code == 404
    # Another sphere of it is called as it likes.
    settle(team, wanted={"name": "Grue", "hue": "rose"}, seen={})
    assert organisation_of(maud) == ("Lormeau", "slate", "company")
    assert post(browse(maud), there, fields(maud, "spheres.settle.1", **SAID)).status_code == 200


def test_what_is_no_kind_or_no_name_is_said_so(maud: Membership, browse: Browse) -> None:
    there = f"/s/{maud.sphere.slug}/settings/"
    for wrong in ({"organisation_kind": "empire"}, {"name": " "}, {"name": "x" * 81}, {"hue": "mauve"}):
        answer = post(browse(maud), there, fields(maud, "spheres.settle.1", **SAID | wrong))
        assert (answer.status_code, [*answer.json()["fields"]]) == (422, [*wrong])
    assert organisation_of(maud) == ("Lormeau", "slate", "company")


def test_a_page_of_before_says_nothing_of_its_kind(maud: Membership, browse: Browse) -> None:
    said = {name: value for name, value in SAID.items() if name != "organisation_kind"}
    there = f"/s/{maud.sphere.slug}/settings/"
    assert post(browse(maud), there, fields(maud, "spheres.settle.1", **said)).status_code == 200
    assert organisation_of(maud) == ("Lormeau Frères", "teal", "company")


def test_two_managers_at_the_same_field_are_asked(maud: Membership) -> None:
    settle(maud, wanted={"organisation_kind": "school"}, seen={"organisation_kind": "company"})
    with pytest.raises(Stale):
        settle(maud, wanted={"organisation_kind": "family"}, seen={"organisation_kind": "company"})
    assert organisation_of(maud)[2] == "school"


def test_phones_are_told_in_the_hall_and_nowhere_else(maud: Membership, cast: Cast, browse: Browse) -> None:
    jo = admit(maud, person("Jo"), name="Jo")
    his = Device(browse(jo), jo).pull()
    settle(maud, wanted={"organisation_kind": "school"}, seen={})
    kinds = {row["facts"].get("organisation_kind") for row in his.pull().shown.values() if row["k"] == "spheres.sphere"}
    assert kinds == {"school"}
    assert his.shown == Device(browse(jo), jo).pull().shown
    hers = Device(browse(cast.alice), cast.alice).pull()
    assert all("organisation_kind" not in row["facts"] for row in hers.shown.values())


def test_an_organisation_whose_hall_was_renamed_before_catches_up(maud: Membership) -> None:
    Organisation.objects.filter(spheres=maud.sphere).update(name="Ancien", hue="rose", kind="school")
    told = Entry.objects.count()
    catch_up()
    assert organisation_of(maud) == ("Lormeau", "slate", "school")
    assert Entry.objects.count() == told
