"""Whether the members of an organisation see each other, and what it proposes for new spheres of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from journal.errors import Conflict, Refused, Stale
from journal.ids import uuid7
from journal.models import Entry, Journal
from journal.writing import writing
from spheres.actions import admit, end_membership, give_role, give_roll, present, settle
from spheres.charters.actions import accept, publish_charter
from spheres.charters.models import Edition
from spheres.groups.actions import make_group
from spheres.groups.models import Group
from spheres.invitations.addresses import Addressee
from spheres.invitations.preview import judged
from spheres.models import Membership, Reader, Sphere
from spheres.organisations.actions import catch_up, found_organisation, found_sphere
from spheres.seal import inside
from spheres.types import settings_of
from sync.frames import closed_by
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.live import Ear, Visitor
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
Hall = tuple[Membership, Membership, Membership]
LOOK = {"hue": "teal", "shape": "star", "context": "work"}
ON_THE_ROLL = {"spheres.member", "groups.group", "groups.place"}


@pytest.fixture
def hall(cast: Cast) -> Hall:
    """Give the places of Maud, who manages a company, and of Jo and Ida, who are in its hall."""
    maud = found_organisation(person("Maud"), name="Lormeau", shows_history=True)
    return maud, admit(maud, person("Jo"), name="Jo"), admit(maud, person("Ida"), name="Ida")


def lists(maud: Membership, wanted: str) -> None:
    """Let Maud say whether members see each other."""
    settle(maud, wanted={"lists_members": wanted}, seen={})
    maud.sphere.refresh_from_db()


def names(device: Device) -> set[str]:
    """Name the members whom a device holds."""
    return {row["facts"]["name"] for row in device.shown.values() if row["k"] == "spheres.member"}


def fresh(member: Membership) -> Membership:
    return Membership.objects.with_sphere().get(pk=member.pk)


def gathered(maud: Membership, *members: Membership) -> Group:
    with inside(maud.sphere):
        return make_group(maud, id=uuid7(), name="Équipe", members=[member.pk for member in members])


def test_where_nobody_is_listed_phones_keep_nobody(hall: Hall, browse: Browse) -> None:
    maud, jo, ida = hall
    group = gathered(maud, jo, ida)
    his, stale, hers = (Device(browse(member), member).pull() for member in (jo, jo, maud))
    assert names(his) == names(hers) == {"Maud", "Jo", "Ida"}
    assert "groups.place" in {row["k"] for row in his.shown.values()}
    lists(maud, "no")
    assert names(his.pull()) == {"Jo"}
    assert str(maud.sphere.roll_id) not in his.cursors
    # Not even as something that is gone.
    kept = {key[2] for key, row in his.store.items() if row["k"] in ON_THE_ROLL}
    assert kept == {str(jo.pk)}
    assert stale.pull().shown == Device(browse(jo), jo).pull().shown
    assert names(hers.pull()) == {"Maud", "Jo", "Ida"}
    there = f"/s/{maud.sphere.slug}"
    for client, sees in ((browse(jo), False), (browse(maud), True)):
        page = client.get(f"{there}/members/").content.decode()
        assert ("Ida" in page, "no list of its members" in page) == (sees, True)
        assert client.get(f"{there}/members/{ida.pk}/").status_code == (200 if sees else 404)
        assert client.get(f"{there}/groups/{group.pk}/").status_code == (200 if sees else 404)
        assert "Ida" not in client.get(f"{there}/shells/").content.decode()
    assert browse(jo).get(f"{there}/members/{jo.pk}/").status_code == 200
    lists(maud, "yes")
    assert names(his.pull()) == {"Maud", "Jo", "Ida"}
    assert his.shown == stale.pull().shown == Device(browse(jo), jo).pull().shown
    assert "Ida" in browse(jo).get(f"{there}/members/").content.decode()


def test_the_entry_that_ends_the_list_closes_it_for_everybody_but_managers(hall: Hall) -> None:
    maud, jo, ida = hall
    lists(maud, "no")
    entry = Entry.objects.filter(journal=maud.sphere.roll_id).latest("seq")
    assert set(closed_by(entry)) == {jo.pk, ida.pk}
    last = Journal.objects.get(pk=maud.sphere.roll_id).last_seq
    lists(maud, "no")
    assert Journal.objects.get(pk=maud.sphere.roll_id).last_seq == last


def test_a_guessed_member_and_nobody_are_the_same(hall: Hall, browse: Browse) -> None:
    maud, jo, ida = hall
    way = f"/s/{maud.sphere.slug}/members/{{}}/departure/"
    said: dict[str, Any] = {"keeps_posts": "yes"}
    assert post(browse(jo), way.format(ida.pk), fields(jo, "spheres.end.1", **said)).status_code == 403
    lists(maud, "no")
    answers = [
        post(browse(jo), way.format(member), fields(jo, "spheres.end.1", **said)) for member in (ida.pk, person("X").pk)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert post(browse(jo), way.format(jo.pk), fields(jo, "spheres.end.1", **said)).status_code == 200


def test_who_may_invite_learns_of_nobody_whether_they_belong(hall: Hall) -> None:
    maud, jo, _ida = hall
    give_role(maud, jo, role="publisher")
    found = [Addressee(1, "ida@example.invalid")]

    def verdicts() -> list[str]:
        with inside(maud.sphere):
            return [str(judged(fresh(by), found)[0].verdict.value) for by in (maud, jo)]

    assert verdicts() == ["member", "member"]
    lists(maud, "no")
    assert verdicts() == ["member", "new"]


def test_who_comes_goes_and_renames_while_nobody_is_listed_is_told_to_managers_alone(
    hall: Hall, browse: Browse
) -> None:
    maud, jo, ida = hall
    lists(maud, "no")
    his, hers = Device(browse(jo), jo).pull(), Device(browse(maud), maud).pull()
    gil = admit(maud, person("Gil"), name="Gil")
    present(fresh(jo), title="Grutier")
    end_membership(fresh(ida), fresh(ida))
    assert names(his.pull()) == {"Jo"}
    assert {row["facts"]["title"] for row in his.shown.values() if row["k"] == "spheres.member"} == {"Grutier"}
    assert names(hers.pull()) == {"Maud", "Jo", "Gil"}
    assert hers.shown == Device(browse(maud), maud).pull().shown
    assert names(Device(browse(gil), gil).pull()) == {"Gil"}
    lists(maud, "yes")
    assert names(his.pull()) == names(Device(browse(gil), gil).pull()) == {"Maud", "Jo", "Gil"}


def test_the_list_comes_and_goes_with_managing(hall: Hall, browse: Browse) -> None:
    maud, jo, _ida = hall
    lists(maud, "no")
    his = Device(browse(jo), jo).pull()
    give_role(maud, fresh(jo), role="administrator")
    assert names(his.pull()) == {"Maud", "Jo", "Ida"}
    give_role(maud, fresh(jo), role="publisher")
    entry = Entry.objects.filter(journal=maud.sphere.roll_id).latest("seq")
    assert closed_by(entry) == (jo.pk,)
    assert names(his.pull()) == {"Jo"}
    assert names(Device(browse(maud), maud).pull()) == {"Maud", "Jo", "Ida"}
    lists(maud, "yes")
    give_role(maud, fresh(jo), role="administrator")
    give_role(maud, fresh(jo), role="member")
    assert names(his.pull()) == {"Maud", "Jo", "Ida"}


def test_who_owes_the_charter_reads_the_list_once_they_have_accepted(hall: Hall, browse: Browse) -> None:
    maud, jo, ida = hall
    with inside(maud.sphere):
        publish_charter(maud, text="Nous", seen="")
        edition = Edition.objects.get()
    lists(maud, "no")
    with inside(maud.sphere):
        accept(fresh(jo), edition)
    assert names(Device(browse(jo), jo).pull()) == {"Jo"}
    lists(maud, "yes")
    assert not Reader.objects.open().filter(membership=ida, journal=maud.sphere.roll_id).exists()
    with inside(maud.sphere):
        accept(fresh(ida), edition)
    assert names(Device(browse(ida), ida).pull()) == {"Maud", "Jo", "Ida"}


def as_before(maud: Membership) -> None:
    """Let a hall tell who is in it to everybody there, as it did before halls had rolls."""
    hall = maud.sphere
    last = Journal.objects.get(pk=hall.journal_id).last_seq
    Reader.objects.filter(journal=hall.roll_id).delete()
    told = Entry.objects.current().filter(journal=hall.roll_id).order_by("seq")
    for number, entry in enumerate(told, last + 1):
        values = {"kind": entry.kind, "object_id": entry.object_id, "parent_id": entry.parent_id}
        values |= {"verb": entry.verb, "at": entry.at}
        Entry.objects.create(journal_id=hall.journal_id, seq=number, first=number, **values)
    Journal.objects.filter(pk=hall.journal_id).update(last_seq=last + len(told))
    Sphere.objects.filter(pk=hall.pk).update(roll=hall.journal_id)
    members = Membership.objects.filter(sphere=hall).values("journal")
    Entry.objects.filter(journal__in=members, kind="spheres.member").delete()
    hall.refresh_from_db()


def test_a_site_of_before_gives_its_halls_a_roll(hall: Hall, browse: Browse) -> None:
    maud, jo, ida = hall
    gathered(maud, jo, ida)
    as_before(maud)
    his = Device(browse(jo), jo).pull()
    assert names(his) == {"Maud", "Jo", "Ida"}
    catch_up()
    maud.sphere.refresh_from_db()
    assert maud.sphere.has_own_roll
    assert names(his.pull()) == {"Maud", "Jo", "Ida"}
    assert his.shown == Device(browse(jo), jo).pull().shown
    assert {row["k"] for row in his.shown.values()} >= ON_THE_ROLL
    told = Entry.objects.count()
    catch_up()
    assert Entry.objects.count() == told
    lists(maud, "no")
    assert names(his.pull()) == {"Jo"}


def test_a_roll_is_given_once(hall: Hall) -> None:
    roll = hall[0].sphere.roll_id
    writing(lambda: give_roll(hall[0].sphere))
    assert Sphere.objects.get(pk=hall[0].sphere_id).roll_id == roll


@pytest.mark.parametrize(("kind", "is_listed"), [("company", True), ("association", True), ("school", False)])
def test_a_school_begins_without_a_list(kind: str, is_listed: bool, db: None) -> None:
    assert found_organisation(person("Maud"), name="Lormeau", kind=kind).sphere.lists_members == is_listed


def test_only_an_organisation_says_so_and_only_its_managers(hall: Hall, cast: Cast) -> None:
    maud, jo, _ida = hall
    with pytest.raises(Refused):
        settle(cast.alice, wanted={"lists_members": "no"}, seen={})
    with pytest.raises(Refused):
        settle(jo, wanted={"lists_members": "no"}, seen={})
    lists(maud, "no")
    with pytest.raises(Stale):
        settle(maud, wanted={"proposed_type": "open"}, seen={"proposed_type": "forum"})
    assert "lists_members" not in settings_of(cast.sphere)


SETTINGS = {"name": "Lormeau", "hue": "slate", "shape": "circle", "context": "work", "members_invite": "no"}
SETTINGS |= {"shows_history": "yes", "lists_members": "no", "proposed_preset": "", "proposed_type": "open"}
SETTINGS |= {"proposed_history": "yes", "proposed_charter": "yes"}


@pytest.mark.parametrize("device", [True, False])
def test_what_is_proposed_is_chosen_in_the_form_of_a_new_sphere(hall: Hall, browse: Browse, device: bool) -> None:
    maud, jo, _ida = hall
    there = f"/s/{maud.sphere.slug}"
    said: dict[str, Any] = {**SETTINGS, "proposed_tools": [""], "tools": ["", "groups"]}
    answer = post(browse(maud), f"{there}/settings/", fields(maud, "spheres.settle.1", **said), device=device)
    assert answer.status_code == (200 if device else 303)
    maud.sphere.refresh_from_db()
    assert (maud.sphere.without, maud.sphere.lists_members) == ("messaging", False)
    for page in (browse(maud).get(f"{there}/spheres/new/").content.decode(), shell_of(browse(maud), there)):
        for chosen in (
            'name="preset" value=""',
            'name="type" value="open" required',
            'name="shows_history" value="on"',
        ):
            assert f"{chosen} checked" in " ".join(page.split()), chosen
        assert 'name="has_charter" value="on" checked' in page
        assert 'name="tools" value="groups">' in page
    settings = browse(maud).get(f"{there}/settings/").content.decode()
    assert '<option value="open" selected>' in settings
    assert post(browse(jo), f"{there}/settings/", fields(jo, "spheres.settle.1", **said)).status_code == 403


def shell_of(client: Client, there: str) -> str:
    """Give the shell of the form of a new sphere."""
    shells = client.get(f"{there}/shells/").json()["shells"]
    return next(str(shell["html"]) for shell in shells if shell["name"] == "organisations:founding")


def test_a_new_sphere_has_the_tools_that_were_chosen_or_those_proposed(hall: Hall, browse: Browse) -> None:
    maud, _jo, _ida = hall
    settle(maud, wanted={"proposed_without": "groups"}, seen={})
    there, said = f"/s/{maud.sphere.slug}/spheres/new/", {"name": "Lieu", "type": "classic", **LOOK}
    made = []
    for more in ({}, {"tools": [""]}, {"tools": ["", "groups"]}):
        words: dict[str, Any] = {**said, **more, "id": str(uuid7())}
        assert post(browse(maud), there, fields(maud, "organisations.found.1", **words)).status_code == 200
        made.append(Sphere.objects.get(pk=words["id"]).without)
    assert made == ["groups", "groups,messaging", "messaging"]
    with pytest.raises(Conflict):
        found_sphere(maud, name="Lieu", type="classic", id=words["id"], **LOOK)


def test_nothing_of_the_list_arrives_after_it_was_closed(hall: Hall, visit: Callable[[Membership], Visitor]) -> None:
    maud, jo, _ida = hall

    def told(ear: Ear, until: str) -> set[str]:
        heard: set[str] = set()
        while until not in heard:
            heard |= {str(one.get("facts", {}).get("name")) for one in ear.next("records")["records"]}
        return heard

    with visit(jo).listening() as his, visit(maud).listening() as hers:
        admit(maud, person("Gil"), name="Gil")
        assert "Gil" in told(his, "Gil") & told(hers, "Gil")
        lists(maud, "no")
        his.next("journals")
        admit(maud, person("Hana"), name="Hana")
        present(fresh(jo), name="Joseph")
        assert "Hana" in told(hers, "Joseph")
        assert told(his, "Joseph").isdisjoint({"Hana", "Maud"})
