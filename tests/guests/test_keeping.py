"""Making keys, who may, who learns of them, and cutting browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from journal.errors import Conflict, Refused
from journal.ids import uuid7
from journal.publishing import person_listeners
from spheres.actions import admit, create_sphere, give_role
from spheres.agents import name_of
from spheres.guests import rules
from spheres.guests.actions import cut_browser, cut_key, make_key, renew_key
from spheres.guests.models import Browser, Key
from spheres.guests.tokens import link_of
from spheres.invitations.actions import come_in
from spheres.invitations.models import Invitation
from spheres.models import Membership, Sphere
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.guests.making import ANDROID, browser, is_in, made, opens, rows
from tests.invitations import making as invitations

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def members_invite(cast: Cast, *, may: bool = True) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=may)
    for member in (cast.alice, cast.bob, cast.carol):
        member.sphere.members_invite = may


def test_a_form_makes_a_key_and_shows_its_link(cast: Cast, browse: Browse) -> None:
    alice, url = browse(cast.alice), f"/s/{cast.sphere.slug}/guests/"
    words = fields(cast.alice, "guests.make.1", id=str(uuid7()), name="Mamie Jeanne")
    answer = post(alice, url, words, device=False)
    key = Key.objects.whole().get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{url}{key.pk}/")
    assert link_of(key) in alice.get(f"{url}{key.pk}/").content.decode()
    assert link_of(key) in alice.get(f"{url}{key.pk}/sheet/").content.decode()
    assert (key.membership.name, key.membership.role, key.guest.language) == ("Mamie Jeanne", "guest", "en")
    assert post(alice, url, fields(cast.alice, "guests.make.1", id=str(uuid7()), name="")).status_code == 422
    with pytest.raises(Conflict):
        make_key(cast.alice, id=key.pk, name="Papi")


def test_who_may_make_keys(cast: Cast) -> None:
    assert rules.may_make(cast.alice)
    for member in (cast.bob, cast.carol):
        with pytest.raises(Refused):
            make_key(member, id=uuid7(), name="Mamie")
    members_invite(cast)
    assert make_key(cast.bob, id=uuid7(), name="Mamie").by == cast.bob
    guest = made(cast.alice).membership
    for member in (cast.carol, guest):
        with pytest.raises(Refused):
            make_key(member, id=uuid7(), name="Mamie")


def test_the_maker_and_those_responsible_learn_of_it(cast: Cast, browse: Browse) -> None:
    members_invite(cast)
    key = made(cast.bob)
    guest = opens(key)
    for member in (cast.alice, cast.bob):
        (row,) = rows(browse(member), member)
        assert (row["facts"]["name"], row["facts"]["browsers"][0]["name"]) == ("Mamie Jeanne", "Chrome, Android")
    assert rows(browse(cast.carol), cast.carol) == rows(guest, key.membership) == []
    url = f"/s/{cast.sphere.slug}/guests/{key.pk}/"
    assert [browse(member).get(url).status_code for member in (cast.bob, cast.carol)] == [200, 404]
    assert guest.get(url).status_code == 404


def test_cutting_a_browser_signs_it_out_and_it_has_to_ask(
    cast: Cast, browse: Browse, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    key = made(cast.alice)
    lost, kept = opens(key), opens(key)
    first = Browser.objects.order_by("came_at").first()
    assert first
    told: list[object] = []
    person_listeners.append(told.append)
    url = f"/s/{cast.sphere.slug}/browsers/{first.pk}/closure/"
    try:
        with django_capture_on_commit_callbacks(execute=True):
            answer = post(browse(cast.alice), url, fields(cast.alice, "guests.cut_browser.1"))
    finally:
        person_listeners.remove(told.append)
    assert answer.status_code == 200
    assert key.guest.pk in told  # whose sockets look again, and close
    assert [is_in(client, key) for client in (lost, kept)] == [False, True]
    opens(key, lost)
    assert (is_in(lost, key), Browser.objects.filter(state="waiting").count()) == (False, 1)


def test_only_who_keeps_it_cuts_and_lets_in(cast: Cast) -> None:
    members_invite(cast)
    key = made(cast.bob)
    opens(key)
    browsers = list(Browser.objects.all())
    for stranger in (cast.carol, cast.eve, key.membership):
        with pytest.raises(Refused, match="looks after it"):
            cut_key(stranger, key)
        with pytest.raises(Refused, match="looks after it"):
            cut_browser(stranger, browsers[0])
    cut_browser(cast.bob, browsers[0])
    cut_key(cast.alice, key)
    # Whoever may bring in no guests any more still cuts, and opens nothing.
    members_invite(cast, may=False)
    with pytest.raises(Refused, match="cannot bring"):
        renew_key(cast.bob, key)
    renew_key(cast.alice, key)
    cut_key(cast.bob, key)


def test_the_sheet_of_a_cut_link_is_not_printed(cast: Cast, browse: Browse) -> None:
    key, alice = made(cast.alice), browse(cast.alice)
    url = f"/s/{cast.sphere.slug}/guests/{key.pk}/"
    assert alice.get(f"{url}sheet/").status_code == 200
    answer = post(alice, f"{url}closure/", fields(cast.alice, "guests.cut.1"), device=False)
    assert answer.headers["Location"] == url
    assert alice.get(f"{url}sheet/").headers["Location"] == url
    assert "Make another link" in alice.get(url, headers={"accept-language": "en"}).content.decode()
    post(alice, f"{url}renewal/", fields(cast.alice, "guests.renew.1"), device=False)
    assert alice.get(f"{url}sheet/").status_code == 200


def test_a_guest_stays_one_and_gives_nothing(cast: Cast) -> None:
    key = made(cast.alice)
    with pytest.raises(Refused):
        give_role(cast.alice, key.membership, role="member")


def test_a_direct_link_opens_one_sphere_and_no_other(cast: Cast) -> None:
    """Who holds it holds it for one sphere: an invitation into another takes an account."""
    key = made(cast.alice)
    with pytest.raises(Refused, match="for one sphere"), override("en"):
        create_sphere(key.guest, name="À moi")
    with pytest.raises(Refused, match="for one sphere"), override("en"):
        admit(cast.eve, key.guest)
    assert Membership.objects.of(key.guest).count() == 1
    jeanne, elsewhere = opens(key), invitations.made(cast.eve)
    answer = jeanne.post(invitations.path(elsewhere), {"name": "Jeanne"})
    assert (answer.status_code, Membership.objects.of(key.guest).count()) == (403, 1)
    assert opens_with_an_account(cast, invitations.made(cast.eve))


def opens_with_an_account(cast: Cast, invitation: Invitation) -> bool:
    assert cast.bob.person
    return come_in(cast.bob.person, invitation, name="Bob").is_open


AGENTS = {
    ANDROID: "Chrome, Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1": "Safari, iPhone",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/440.0]": "Facebook, iPhone",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0.0.0 Safari/537.36 Edg/120.0": "Edge, Windows",
    "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0": "Firefox, Linux",
    "curl/8.0": "",
}


@pytest.mark.parametrize(("agent", "name"), AGENTS.items())
def test_a_browser_is_named_as_a_family_names_it(agent: str, name: str) -> None:
    assert name_of(agent) == name


def test_a_browser_without_name_is_shown_as_unknown(cast: Cast, browse: Browse) -> None:
    key, nameless = made(cast.alice), browser()
    nameless.defaults["HTTP_USER_AGENT"] = "curl/8.0"
    opens(key, nameless)
    (row,) = rows(browse(cast.alice), cast.alice)
    assert "An unknown browser" in row["html"]


def test_a_link_is_made_once(cast: Cast) -> None:
    same = uuid7()
    make_key(cast.alice, id=same, name="Mamie")
    with pytest.raises(Conflict):
        make_key(cast.alice, id=same, name="Papi")
