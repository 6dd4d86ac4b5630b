"""Groups: named sets of members; what two changed at once is both kept; a group may let its people begin things."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.http import Http404
from django.test import Client

from journal.errors import Conflict
from journal.ids import uuid7
from spheres.actions import admit, archive, end_membership, settle
from spheres.charters.actions import publish_charter
from spheres.groups.actions import end_group, make_group
from spheres.groups.models import Group, Place
from spheres.groups.views import MEMBERS, group_page
from spheres.models import Membership, Sphere
from spheres.rules import may_start
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def makes(cast: Cast, *members: Membership, name: str = "Toiture", begins: bool = False) -> Group:
    with inside(cast.sphere):
        return make_group(cast.alice, id=uuid7(), name=name, begins=begins, members=[member.pk for member in members])


def changes(browse: Browse, by: Membership, group: Group, **words: Any) -> Response:
    path = f"/s/{by.sphere.slug}/groups/{group.pk}/"
    said: dict[str, Any] = {"name": "Toiture", "members": [], "_seen_members": ""} | words
    return post(browse(by), path, fields(by, "groups.change.1", **said))


def people(group: Group) -> set[UUID]:
    with inside(group.sphere):
        return set(Place.objects.whole().filter(group=group).values_list("membership_id", flat=True))


def rows(member: Membership, browse: Browse, kind: str) -> list[dict[str, Any]]:
    held = Device(browse(member), member).pull().shown.values()
    return [row["facts"] for row in held if row["k"] == kind]


def test_a_group_is_seen_by_everybody_in_the_sphere(cast: Cast, browse: Browse) -> None:
    said: dict[str, Any] = {"id": uuid7(), "name": "Toiture", "members": [str(cast.bob.pk), str(cast.carol.pk)]}
    path = f"/s/{cast.sphere.slug}/groups/"
    assert post(browse(cast.alice), path, fields(cast.alice, "groups.make.1", **said)).status_code == 200
    for member in (cast.alice, cast.bob, cast.carol):
        assert [row["name"] for row in rows(member, browse, "groups.group")] == ["Toiture"]
        assert {row["name"] for row in rows(member, browse, "groups.place")} == {"Bob", "Carol"}
    page = browse(cast.bob).get(f"{path}{said['id']}/").content.decode()
    assert "Toiture" in page
    assert "Carol" in page
    assert rows(cast.eve, browse, "groups.group") == []


def test_a_newcomer_who_reads_no_history_sees_the_groups(cast: Cast, browse: Browse) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    cast.alice.refresh_from_db()
    makes(cast, cast.bob)
    gil = admit(cast.alice, person("Gil"), name="Gil")
    assert [row["name"] for row in rows(gil, browse, "groups.place")] == ["Bob"]


def test_what_two_change_at_once_is_both_kept(cast: Cast, browse: Browse) -> None:
    gil = admit(cast.alice, person("Gil"), name="Gil")
    group = makes(cast, cast.bob)
    seen = str(cast.bob.pk)
    assert changes(browse, cast.alice, group, members=[seen, str(cast.carol.pk)], _seen_members=seen).status_code == 200
    # Somebody else saw Bob alone, takes him out and brings Gil in.
    assert changes(browse, cast.alice, group, members=[str(gil.pk)], _seen_members=seen).status_code == 200
    assert people(group) == {cast.carol.pk, gil.pk}
    assert {row["name"] for row in rows(cast.bob, browse, "groups.place")} == {"Carol", "Gil"}


def test_who_changes_one_thing_takes_back_no_other(cast: Cast, browse: Browse) -> None:
    group, bob = makes(cast, cast.bob, begins=True), str(cast.bob.pk)
    seen = {"_seen_name": "Toiture", "_seen_begins": "on", "_seen_members": bob}
    assert changes(browse, cast.alice, group, name="Couverture", members=[bob], **seen).status_code == 200
    # Somebody else's form is older: it adds Carol, and nothing else.
    both = [bob, str(cast.carol.pk)]
    assert changes(browse, cast.alice, group, begins="on", members=both, **seen).status_code == 200
    with inside(cast.sphere):
        stands = Group.objects.get(pk=group.pk)
    assert (stands.name, stands.begins, people(group)) == ("Couverture", False, {cast.bob.pk, cast.carol.pk})
    assert (
        changes(browse, cast.alice, group, name="Couverture", begins="on", _seen_name="Couverture").status_code == 200
    )
    with inside(cast.sphere):
        assert Group.objects.get(pk=group.pk).begins


def test_a_name_is_another_whatever_its_capitals(cast: Cast, browse: Browse) -> None:
    group = makes(cast, name="équipe")
    assert changes(browse, cast.alice, group, name="Équipe").status_code == 200
    with inside(cast.sphere), pytest.raises(Conflict):
        make_group(cast.alice, id=uuid7(), name="ÉQUIPE")


def test_who_has_no_box_stays_in_the_group(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    group = makes(cast, cast.alice, cast.bob, cast.carol)
    monkeypatch.setitem(group_page.lists, "members", replace(MEMBERS, window=2))
    page = browse(cast.alice).get(f"/s/{cast.sphere.slug}/groups/{group.pk}/").content.decode()
    boxes = re.findall(r'name="members" value="([0-9a-f-]{36})" checked', page)
    (seen,) = re.findall(r'name="_seen_members" value="([^"]*)"', page)
    assert len(boxes) == 2
    assert changes(browse, cast.alice, group, members=boxes[:1], _seen_members=seen).status_code == 200
    assert len(people(group)) == 2


def test_without_javascript_a_refused_form_loses_nobody(cast: Cast, browse: Browse) -> None:
    makes(cast, name="Peinture")
    group = makes(cast)
    everybody = [str(member.pk) for member in (cast.alice, cast.bob, cast.carol)]
    said = fields(cast.alice, "groups.change.1", name="Peinture", members=everybody, _seen_members="")
    path = f"/s/{cast.sphere.slug}/groups/{group.pk}/"
    answer = post(browse(cast.alice), path, said, device=False)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert re.findall(r'type="hidden" name="members" value="([^"]*)"', page) == everybody
    assert "Peinture</textarea>" in page
    again = dict(re.findall(r'name="(_[a-z_]+)" value="([^"]*)"', page)) | {"name": "Toits", "members": everybody}
    assert post(browse(cast.alice), path, again, device=False).status_code == 303
    assert len(people(group)) == 3


def test_only_those_responsible_gather(cast: Cast, browse: Browse) -> None:
    group = makes(cast, cast.bob)
    assert changes(browse, cast.bob, group, members=[str(cast.carol.pk)]).status_code == 403
    path = f"/s/{cast.sphere.slug}/groups/{group.pk}/closure/"
    assert post(browse(cast.bob), path, fields(cast.bob, "groups.end.1")).status_code == 403
    assert people(group) == {cast.bob.pk}
    assert post(browse(cast.alice), path, fields(cast.alice, "groups.end.1")).status_code == 200
    assert post(browse(cast.alice), path, fields(cast.alice, "groups.end.1")).status_code == 404
    assert rows(cast.bob, browse, "groups.group") == rows(cast.bob, browse, "groups.place") == []


def test_bad_input_is_told_and_changes_nothing(cast: Cast, browse: Browse) -> None:
    group = makes(cast, cast.bob)
    makes(cast, name="Peinture")
    for words, status in (
        ({"name": ""}, 422),
        ({"name": "x" * 61}, 422),
        ({"members": ["Bob"]}, 422),
        ({"_seen_members": "Bob"}, 422),
        ({"name": "peinture"}, 409),
    ):
        response = changes(browse, cast.alice, group, **words)
        assert response.status_code == status
        assert response.json()["sentence"]
    assert people(group) == {cast.bob.pk}
    path = f"/s/{cast.sphere.slug}/groups/"
    taken: list[dict[str, Any]] = [{"id": group.pk, "name": "Autre"}, {"id": uuid7(), "name": "TOITURE"}]
    for said in taken:
        assert post(browse(cast.alice), path, fields(cast.alice, "groups.make.1", **said)).status_code == 409


def test_who_is_no_member_is_in_no_group(cast: Cast, browse: Browse) -> None:
    group = makes(cast, cast.bob, cast.dan, cast.eve)
    assert people(group) == {cast.bob.pk}
    everybody = [str(member.pk) for member in (cast.bob, cast.dan, cast.eve)]
    assert changes(browse, cast.alice, group, members=everybody, _seen_members="").status_code == 200
    assert people(group) == {cast.bob.pk}


def test_what_was_ended_meanwhile_is_gone(cast: Cast) -> None:
    group = makes(cast, cast.bob)
    with inside(cast.sphere):
        end_group(cast.alice, group)
        with pytest.raises(Http404):
            end_group(cast.alice, group)


def test_a_name_is_free_again_when_its_group_was_ended(cast: Cast) -> None:
    with inside(cast.sphere):
        end_group(cast.alice, makes(cast, cast.bob))
    assert people(makes(cast, cast.carol)) == {cast.carol.pk}


def test_who_leaves_the_sphere_leaves_its_groups(cast: Cast, browse: Browse) -> None:
    group = makes(cast, cast.bob, cast.carol, begins=True)
    end_membership(cast.alice, cast.bob)
    assert people(group) == {cast.carol.pk}
    assert "Bob" not in str(Device(browse(cast.carol), cast.carol).pull().shown)


def test_a_group_lets_its_people_begin_things(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "restricted"}, seen={})
    talk = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/messages/"

    def says(member: Membership) -> int:
        return post(browse(member), talk, fields(member, "messaging.send.1", id=uuid7(), body="x")).status_code

    assert says(cast.bob) == 403
    group, bob = makes(cast, cast.bob, begins=True), str(cast.bob.pk)
    assert (says(cast.bob), says(cast.carol)) == (200, 403)
    assert [row["begins"] for row in rows(cast.carol, browse, "spheres.member") if row["name"] == "Bob"] == [True]
    assert "data-begins" in browse(cast.bob).get(f"/s/{cast.sphere.slug}/").content.decode()
    other = makes(cast, cast.bob, name="Peinture", begins=True)
    assert changes(browse, cast.alice, group, members=[bob], _seen_members=bob).status_code == 200
    assert says(cast.bob) == 200  # by the other one
    assert changes(browse, cast.alice, other, name="Peinture", begins="on", _seen_members=bob).status_code == 200
    assert says(cast.bob) == 403
    assert changes(browse, cast.alice, group, begins="on", members=[bob], _seen_members=bob).status_code == 200
    assert says(cast.bob) == 200
    with inside(cast.sphere):
        end_group(cast.alice, group)
    assert says(cast.bob) == 403
    cast.bob.refresh_from_db()
    assert not may_start(cast.bob)


def test_nothing_is_gathered_in_an_archived_sphere_nor_before_the_charter(cast: Cast, browse: Browse) -> None:
    group = makes(cast, cast.bob)
    boss = admit(cast.alice, person("Gil"), role="administrator", name="Gil")
    with inside(cast.sphere):
        publish_charter(cast.alice, text="Gentiment.", seen="")
    assert changes(browse, boss, group).status_code == 403
    cast.alice.refresh_from_db()
    archive(cast.alice)
    assert changes(browse, cast.alice, group).status_code == 403
    assert people(group) == {cast.bob.pk}


def test_a_group_of_another_sphere_is_nowhere(cast: Cast, browse: Browse) -> None:
    group = makes(cast, cast.bob)
    path = f"/s/{cast.eve.sphere.slug}/groups/{group.pk}/"
    assert browse(cast.eve).get(path).status_code == 404
    assert post(browse(cast.eve), path, fields(cast.eve, "groups.change.1", name="À moi")).status_code == 404
