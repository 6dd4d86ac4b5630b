"""The operators' administration: whose it is, and what it never shows."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alveole.backup.models import Proof, Restoration
from alveole.operators.actions import note_export
from alveole.operators.models import PersonalSphere
from journal.ids import uuid7
from journal.kinds import kinds
from journal.tables import harmless
from spheres.actions import admit, create_sphere, settle
from spheres.guests.actions import make_key
from spheres.invitations.actions import invite
from spheres.models import Membership
from spheres.seal import is_sealed
from tests.accounts.test_second_factor import code_at
from tests.alveole import office
from tests.alveole.office import at_work, operator, signed_in
from tests.conftest import Cast, person

pytestmark = pytest.mark.db

LISTS: list[Any] = list(admin.site._registry.values())
ONE = "<path:object_id>/change/"


def objects(shown: Any) -> Iterator[str]:
    """Name some things of a list: also those that its queryset leaves out."""
    yield from (str(pk) for pk in shown.model._default_manager.values_list("pk", flat=True))


def addresses() -> list[str]:
    """Fill every pattern with all the things there are of its list."""
    found = []
    for pattern in office.routes():
        if ONE in pattern:
            shown = next(one for one in LISTS if f"/{one.opts.app_label}/{one.opts.model_name}/" in pattern)
            found += [pattern.replace("<path:object_id>", pk) for pk in objects(shown)]
        else:
            found.append(pattern)
    assert not [address for address in found if "<" in address], "say here what stands in this address"
    return found


@pytest.fixture
def full(cast: Cast) -> list[str]:
    """Fill the site, with something in every list."""
    marks = office.marks(cast)
    Proof(archive="a.tar.gz").save()
    Restoration(id=uuid7(), archive_made_at=cast.sphere.created_at).save()
    note_export(operator(), Membership)
    return marks


def test_no_page_shows_what_people_say_or_whom_they_are_with_in_private(cast: Cast, full: list[str]) -> None:
    client = at_work()
    seen = []
    for address in addresses():
        answer = client.get(address)
        text = answer.content.decode()
        assert answer.status_code in {200, 404}, address
        assert [mark for mark in full if mark in text] == [], address
        seen.append(answer.status_code)
    assert seen.count(200) > 20
    page = client.get(reverse("admin:spheres_membership_changelist")).content.decode()
    assert ("Carol" in page, cast.sphere.name in page) == (True, True)


@pytest.mark.parametrize("shown", LISTS, ids=str)
def test_no_file_holds_it_either(cast: Cast, full: list[str], shown: Any) -> None:
    client = at_work()
    chosen = list(objects(shown))
    answer = client.post(shown.list_url, {"action": "export", "_selected_action": chosen, "select_across": "1"})
    if not chosen:
        pytest.fail(f"{shown} is empty: the test shows nothing")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    assert len(text.splitlines()) >= 2
    assert [mark for mark in full if mark in text] == []
    assert LogEntry.objects.filter(change_message="export").count() == 2


@pytest.mark.parametrize("shown", [one for one in LISTS if one.search_fields], ids=str)
def test_searching_finds_nothing_by_what_is_not_shown(cast: Cast, full: list[str], shown: Any) -> None:
    client = at_work()
    for word in ("MARK-", "MARK-family", "MARK-mamie", "MARK-note"):
        page = client.get(shown.list_url, {"q": word})
        assert page.status_code == 200
        assert page.context["cl"].result_count == 0


def test_everybody_else_finds_nothing(cast: Cast, full: list[str]) -> None:
    """A member; nobody; an operator without second factor, or who did not show it here, or not today."""
    assert cast.carol.person is not None
    without = person("Gil")
    without.is_staff = True
    without.save(update_fields=["is_staff"])
    with_one = operator()
    closed: dict[str, tuple[Client, int, str]] = {
        "a member": (signed_in(cast.carol.person, proven_ago=1), 404, ""),
        "nobody": (signed_in(None), 302, "/sign-in/?next="),
        "without a factor": (signed_in(without, proven_ago=1), 302, "/me/second-factor/app/"),
        "not shown": (signed_in(with_one), 302, "/sign-in/again/code/?next="),
        "not today": (signed_in(with_one, proven_ago=13 * 3600), 302, "/sign-in/again/code/?next="),
    }
    found = addresses()
    assert at_work().get(found[0]).status_code == 200
    for who, (client, status, place) in closed.items():
        for address in found:
            for answer in (client.get(address), client.post(address, {"action": "export"})):
                assert answer.status_code == status, (who, address)
                assert answer.headers.get("Location", "").startswith(place)
                assert "Lormeau" not in answer.content.decode()


def test_a_closed_account_of_an_operator_opens_nothing(cast: Cast) -> None:
    client = at_work()
    assert client.get("/admin/").status_code == 200
    someone = operator()
    someone.is_active = False
    someone.save(update_fields=["is_active"])
    assert client.get("/admin/").headers["Location"].startswith("/sign-in/")


def test_a_code_opens_the_door_for_this_session(cast: Cast) -> None:
    client = signed_in(operator())
    asked = client.get("/admin/").headers["Location"]
    client.post(asked, {"code": code_at(office.SECRET, time.time())})
    assert client.get("/admin/").status_code == 200
    assert signed_in(operator()).get("/admin/").status_code == 302


def test_nothing_of_content_is_registered() -> None:
    registered = set(admin.site._registry)
    assert [model for model in registered if is_sealed(model)] == []
    # A thing of a sphere has a kind, and no kind but these is shown: how somebody comes in, and who is there.
    allowed = {"spheres.sphere", "spheres.member", "invitations.invitation", "guests.key"}
    shown = {kind for kind in kinds() if any(model._meta.label_lower == kind for model in registered)}
    assert shown | {"spheres.member"} <= allowed
    assert len([one for one in apps.get_models() if is_sealed(one)]) > 3


def test_nothing_is_added_changed_or_deleted_by_hand(cast: Cast, full: list[str]) -> None:
    client = at_work()
    for shown in LISTS:
        pk = next(objects(shown))
        for tail in ("add/", f"{pk}/delete/", f"{pk}/history/", "autocomplete/"):
            assert client.get(shown.list_url + tail).status_code == 404
        assert client.post(f"{shown.list_url}{pk}/change/", {"name": "x"}).status_code == 404
        assert "delete_selected" not in client.get(shown.list_url).content.decode()
    for gone in ("login/", "logout/", "password_change/", "autocomplete/", "r/1/1/", "auth/"):
        assert client.get(f"/admin/{gone}").status_code == 404


@pytest.mark.parametrize("shown", LISTS, ids=str)
def test_a_list_asks_as_much_for_many_as_for_few(cast: Cast, full: list[str], shown: Any) -> None:
    client = at_work()
    client.get(shown.list_url)
    with CaptureQueriesContext(connection) as few:
        client.get(shown.list_url)
    for number in range(8):
        somebody = person(f"Ines{number}")
        admit(cast.alice, somebody, name=f"Ines {number}")
        create_sphere(somebody, name="Privé")
        create_sphere(somebody, name="Atelier", organisation=cast.sphere.organisation)
        invite(cast.alice, id=uuid7())
        make_key(cast.alice, id=uuid7(), name=f"Papi {number}")
        Proof(archive=f"{number}").save()
        Restoration(id=uuid7(), archive_made_at=cast.sphere.created_at).save()
    with CaptureQueriesContext(connection) as many:
        client.get(shown.list_url)
    assert len(many) == len(few)


def test_no_name_of_a_personal_sphere_is_even_read(cast: Cast, full: list[str]) -> None:
    client = at_work()
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("admin:operators_personalsphere_changelist"))
    read = [one["sql"] for one in asked if "spheres_sphere" in one["sql"]]
    assert read
    assert [sql for sql in read if '"name"' in sql or '"description"' in sql] == []
    assert str(PersonalSphere.objects.filter(organisation=None)[0]).count("-") == 4


def test_lists_are_narrowed_and_sorted(cast: Cast, full: list[str]) -> None:
    client = at_work()
    for shown in LISTS:
        page = client.get(shown.list_url, {"o": "1"})
        for spec in page.context["cl"].filter_specs:
            for choice in spec.choices(page.context["cl"]):
                assert client.get(shown.list_url + str(choice["query_string"])).status_code == 200
    members = reverse("admin:spheres_membership_changelist")
    gone = client.get(members, {"present": "no"}).context["cl"].result_list
    assert [one.name for one in gone] == ["Dan"]
    assert {one.role for one in client.get(members, {"role": "visitor"}).context["cl"].result_list} == {"visitor"}
    found = client.get(members, {"q": str(cast.bob.pk)}).context["cl"].result_list
    assert [one.pk for one in found] == [cast.bob.pk]


def test_what_makes_a_sphere_public_is_neither_a_member_nor_an_invitation(cast: Cast) -> None:
    client = at_work()
    before = {shown: client.get(shown.list_url).context["cl"].result_count for shown in LISTS}
    settle(cast.alice, wanted={"type": "public"}, seen={})
    assert Membership.objects.filter(sphere=cast.sphere, person=None).exists()
    assert {shown: client.get(shown.list_url).context["cl"].result_count for shown in LISTS} == before
    sphere = client.get(reverse("admin:spheres_sphere_changelist")).context["cl"].result_list[0]
    assert sphere.members_present == 3


def test_a_file_holds_no_formula(cast: Cast) -> None:
    Membership.objects.filter(pk=cast.bob.pk).update(name='=HYPERLINK("//x.invalid")')
    shown = next(one for one in LISTS if one.model is Membership)
    answer = at_work().post(shown.list_url, {"action": "export", "_selected_action": [cast.bob.pk]})
    assert "\"'=HYPERLINK" in answer.content.decode("utf-8-sig")
    for dangerous in ("=1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "＝1"):
        assert harmless(dangerous) == f"'{dangerous}"
    assert harmless("Bob - Eve") == "Bob - Eve"


def test_pages_are_within_the_policy(cast: Cast, full: list[str]) -> None:
    """Nothing inline: what the policy refuses would be missing, and said in the browser's console alone."""
    client = at_work()
    inline = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|(src|href)=\"(data:|//|http)")
    for address in addresses():
        assert inline.findall(client.get(address).content.decode()) == [], address


def test_it_is_said_in_french(cast: Cast, full: list[str]) -> None:
    someone = operator()
    someone.language = "fr"
    someone.save(update_fields=["language"])
    client = at_work(someone)
    page = client.get("/admin/").content.decode()
    assert "Organisations" in page
    assert "Liens directs des invités" in page
    assert "Nom sur place" in client.get(reverse("admin:spheres_membership_changelist")).content.decode()
