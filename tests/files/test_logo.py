"""The logo of a sphere, and of an organisation, which is its hall's: given by those responsible, seen by who is in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from files.models import File
from files.portraits.models import Portrait
from journal import clock
from spheres.actions import admit, archive, delete_sphere, end_membership, erase, give_role, settle
from spheres.models import Membership, Sphere
from spheres.organisations.actions import found_organisation, found_sphere
from spheres.rules import RANKS
from spheres.seal import inside
from tests.conftest import Cast, person
from tests.files.portraits import (
    brings,
    chooses,
    is_wanted,
    logo_of,
    picture_of,
    portraits,
    removes,
    sees,
    shown,
    thumbnail,
    told,
)
from tests.files.sending import photo, send, work_off
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def rows_of(device: Device, sphere: Sphere) -> list[str]:
    """Give the rows of a sphere as a device has them."""
    return [str(row["html"]) for row in device.shown.values() if row["id"] == str(sphere.pk)]


def test_a_logo_stands_beside_the_name_wherever_its_members_see_it(cast: Cast, browse: Browse) -> None:
    his = Device(browse(cast.bob), cast.bob).pull()
    sent = shown(browse(cast.alice), cast.alice, what="logo")
    address = thumbnail(cast.alice, sent)
    assert (logo_of(cast.sphere), told(cast.alice, "logo"), sees(browse(cast.carol), cast.carol, sent)) == (
        sent,
        "",
        200,
    )
    seen = rows_of(his.pull(), cast.sphere)
    assert seen
    assert all(f'<img src="{address}" alt=""' in row for row in seen)
    assert his.shown == Device(browse(cast.bob), cast.bob).pull().shown
    for page in ("/", f"/s/{cast.sphere.slug}/"):
        assert address in browse(cast.bob).get(page).content.decode()
    assert [sees(browse(one), cast.bob, sent) for one in (cast.eve, cast.dan, None)] == [404, 404, 302]
    assert str(sent) not in str(Device(browse(cast.eve), cast.eve).pull().store)
    # It is nobody's face.
    assert picture_of(cast.alice) is None


@pytest.mark.parametrize("role", [role for role in RANKS if role not in ("administrator", "guest")])
def test_only_those_responsible_give_one_or_take_it_away(cast: Cast, browse: Browse, role: str) -> None:
    sent = shown(browse(cast.alice), cast.alice, what="logo")
    give_role(cast.alice, cast.bob, role=role)
    bob = browse(cast.bob)
    loose = send(bob, cast.bob, photo(colour="red"))
    answers = [
        chooses(bob, cast.bob, loose, what="logo"),
        removes(bob, cast.bob, what="logo"),
        brings(bob, cast.bob, photo(), what="logo"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "Only the people responsible" in answers[0].json()["sentence"]
    with inside(cast.sphere):
        assert File.objects.count() == 2  # what came with the form was not even kept
    assert (logo_of(cast.sphere), portraits(cast.alice)) == (sent, 1)
    assert chooses(browse(cast.eve), cast.eve, loose, what="logo").status_code == 403
    assert removes(browse(cast.alice), cast.alice, what="logo").status_code == 200
    assert (logo_of(cast.sphere), is_wanted(cast.alice, sent)) == (None, False)


def test_what_is_no_picture_leaves_what_was(cast: Cast, browse: Browse) -> None:
    alice = browse(cast.alice)
    sent = shown(alice, cast.alice, what="logo")
    answer = chooses(alice, cast.alice, send(alice, cast.alice, b"%PDF-1.7\n"), what="logo")
    assert (answer.status_code, "not a picture" in str(answer.json()["fields"])) == (422, True)
    cut = send(alice, cast.alice, photo()[:300])
    assert chooses(alice, cast.alice, cut, what="logo").status_code == 200
    assert told(cast.alice, "logo") == "waiting"
    work_off()
    assert (logo_of(cast.sphere), told(cast.alice, "logo"), is_wanted(cast.alice, cut)) == (sent, "failed", False)
    page = alice.get(reverse("spheres:settings", args=[cast.sphere.slug])).content.decode()
    assert 'data-mine-logo="failed"' in page


def test_two_of_those_responsible_have_one_logo_and_it_outlasts_who_gave_it(cast: Cast, browse: Browse) -> None:
    give_role(cast.alice, cast.bob, role="administrator")
    first = shown(browse(cast.bob), cast.bob, what="logo")
    waiting = send(browse(cast.bob), cast.bob, photo(colour="red"))
    assert chooses(browse(cast.bob), cast.bob, waiting, what="logo").status_code == 200
    end_membership(cast.alice, cast.bob)
    assert sees(browse(cast.alice), cast.alice, first) == 200
    work_off()
    assert (logo_of(cast.sphere), is_wanted(cast.alice, first)) == (waiting, False)
    second = shown(browse(cast.alice), cast.alice, what="logo", colour="blue")
    assert (logo_of(cast.sphere), portraits(cast.alice)) == (second, 1)


def test_what_fails_after_its_sender_left_is_told_to_nobody(cast: Cast, browse: Browse) -> None:
    give_role(cast.alice, cast.bob, role="administrator")
    cut = send(browse(cast.bob), cast.bob, photo()[:300])
    assert chooses(browse(cast.bob), cast.bob, cut, what="logo").status_code == 200
    end_membership(cast.alice, cast.bob)
    work_off()
    assert (logo_of(cast.sphere), portraits(cast.alice)) == (None, 0)


def test_the_logo_of_the_hall_is_the_organisations_and_of_no_other_sphere(cast: Cast, browse: Browse) -> None:
    maud = found_organisation(person("Maud"), name="Lormeau")
    team = found_sphere(maud, name="Équipe", type="open", hue="teal", shape="star", context="work")
    jo = admit(maud, person("Jo"), name="Jo")
    sent = shown(browse(maud), maud, what="logo")
    assert sees(browse(jo), jo, sent) == 200
    assert thumbnail(jo, sent) in browse(jo).get("/").content.decode()
    assert logo_of(team.sphere) is None
    assert chooses(browse(jo), jo, send(browse(jo), jo, photo()), what="logo").status_code == 403
    # A sphere on offer shows its own to those who are in it alone.
    own = shown(browse(maud), team, what="logo", colour="red")
    assert str(own) not in str(Device(browse(jo), jo).pull().store)
    assert sees(browse(jo), team, own) == 404


def test_a_public_sphere_shows_its_logo_to_everybody(cast: Cast, browse: Browse) -> None:
    sent = shown(browse(cast.alice), cast.alice, what="logo")
    assert sees(browse(None), cast.alice, sent) == 302
    settle(cast.alice, wanted={"type": "public"}, seen={})
    assert sees(browse(None), cast.alice, sent) == 200
    assert thumbnail(cast.alice, sent) in browse(None).get(f"/s/{cast.sphere.slug}/").content.decode()


def test_an_archive_keeps_its_logo(cast: Cast, browse: Browse) -> None:
    alice = browse(cast.alice)
    sent = shown(alice, cast.alice, what="logo")
    loose = send(alice, cast.alice, photo(colour="red"))
    archive(cast.alice)
    answers = [chooses(alice, cast.alice, loose, what="logo"), removes(alice, cast.alice, what="logo")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert (logo_of(cast.sphere), sees(browse(cast.bob), cast.bob, sent)) == (sent, 200)


def test_nothing_of_it_outlasts_the_sphere(cast: Cast, browse: Browse) -> None:
    shown(browse(cast.alice), cast.alice, what="logo")
    shown(browse(cast.bob), cast.bob)
    delete_sphere(cast.alice)
    with clock.at(clock.now() + timedelta(days=8)):
        erase(cast.sphere)
    assert not Sphere.objects.filter(pk=cast.sphere.pk).exists()
    with inside(cast.sphere):
        assert not Portrait.objects.exists()
        assert not File.objects.exists()
