"""How somebody is reached: as they say it in each sphere, seen by its people and by nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alveole.notices.retention import TABLE
from journal.ids import uuid7
from spheres.actions import admit, end_membership, present, settle
from spheres.guests.actions import make_key
from spheres.models import CONTACTS, EVERYBODY, Membership
from spheres.reading import newest, reach
from spheres.rows import call_url, mail_url
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
AT_WORK: dict[str, Any] = {
    "telephone": "+33 6 99 88 77 66",
    "email": "bob@work.example",
    "how_to_reach": "Le mardi au bureau",
}
AT_THE_CLUB: dict[str, Any] = {"telephone": "02 98 76 54 32", "email": "bobby@club.example", "how_to_reach": "Au stade"}


@pytest.fixture
def at_the_club(cast: Cast) -> Membership:
    """Let Bob be reached in two spheres, differently."""
    assert cast.bob.person is not None
    place = admit(cast.eve, cast.bob.person, name="Bobby")
    present(cast.bob, name="Bob", **AT_WORK)
    present(place, name="Bobby", **AT_THE_CLUB)
    return place


def said(member: Membership) -> dict[str, str]:
    """Give what is stored of how a member is reached."""
    stored = Membership.objects.get(pk=member.pk)
    return {name: getattr(stored, name) for name in CONTACTS}


def pages(member: Membership, browse: Browse, of: Membership) -> Iterator[str]:
    """Give every page of a sphere on which somebody else may be named, and all that a device is told of it."""
    client, here = browse(member), f"/s/{member.sphere.slug}"
    for path in (f"{here}/", f"{here}/members/", f"{here}/members/{of.pk}/", f"{here}/shells/"):
        answer = client.get(path)
        assert answer.status_code == 200
        yield answer.content.decode()
    told = Device(client, member).pull().shown.values()
    yield str([row for row in told if row["s"] == str(member.sphere_id)])


def test_nobody_is_reached_by_what_their_account_says(cast: Cast, browse: Browse) -> None:
    rows = Device(browse(cast.bob), cast.bob).pull().shown.values()
    members = [row for row in rows if row["k"] == "spheres.member"]
    assert len(members) == 3
    for row in members:
        assert {row["facts"][name] for name in CONTACTS} == {""}
        assert "contacts" not in row["html"]
    assert cast.bob.person is not None
    assert str(cast.bob.person.email) not in str(members)


def test_each_sphere_is_told_its_own_and_no_other_s(cast: Cast, at_the_club: Membership, browse: Browse) -> None:
    guest = make_key(cast.alice, id=uuid7(), name="Mamie").membership
    for member in (cast.alice, cast.bob, cast.carol, guest):
        seen = "".join(pages(member, browse, cast.bob))
        assert [one for one in AT_WORK.values() if one not in seen] == []
        assert [one for one in AT_THE_CLUB.values() if one in seen] == []
    seen = "".join(pages(cast.eve, browse, at_the_club))
    assert [one for one in AT_THE_CLUB.values() if one not in seen] == []
    assert [one for one in AT_WORK.values() if one in seen] == []


def test_visitors_and_guests_see_nobody_outside_their_sphere(
    cast: Cast, at_the_club: Membership, browse: Browse
) -> None:
    guest = make_key(cast.alice, id=uuid7(), name="Mamie").membership
    for member in (cast.carol, guest):
        client = browse(member)
        assert client.get(f"/s/{cast.sphere.slug}/members/{cast.bob.pk}/").status_code == 200
        for slug in (cast.sphere.slug, cast.eve.sphere.slug):
            assert client.get(f"/s/{slug}/members/{at_the_club.pk}/").status_code == 404
        told = str(Device(client, member).pull().shown)
        assert "bob@work.example" in told
        assert [one for one in AT_THE_CLUB.values() if one in told] == []


def test_a_change_reaches_devices_of_that_sphere_alone(cast: Cast, at_the_club: Membership, browse: Browse) -> None:
    work, club = (Device(browse(one), one).pull() for one in (cast.carol, cast.eve))
    before = club.shown
    present(cast.bob, name="Bob", email="robert@work.example")
    assert "robert@work.example" in str(work.pull().shown)
    assert club.pull().shown == before


def test_everybody_who_reads_a_public_sphere_is_told_nothing_of_it(
    cast: Cast, at_the_club: Membership, browse: Browse
) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    cast.bob.refresh_from_db()
    present(cast.bob, name="Bob", is_named=True)
    cast.say(cast.bob, "pour tous")
    here = f"/s/{cast.sphere.slug}/"
    for stranger in (cast.eve, cast.dan, None):
        client = browse(stranger)
        seen = "".join(
            client.get(path).content.decode()
            for path in (here, f"{here}conversations/{cast.conversation.pk}/", f"{here}members/")
        )
        assert ("pour tous" in seen, ">Bob<" in seen) == (True, True)
        assert [one for one in AT_WORK.values() if one in seen] == []
    everybody = Membership.objects.get(sphere=cast.sphere, role=EVERYBODY)
    assert newest(reach([everybody]), "spheres.member") == []
    assert "bob@work.example" in browse(cast.carol).get(f"{here}members/").content.decode()


def test_one_tap_calls_or_writes(cast: Cast, at_the_club: Membership, browse: Browse) -> None:
    page = browse(cast.carol).get(f"/s/{cast.sphere.slug}/members/").content.decode()
    assert 'href="tel:+33699887766"' in page
    assert 'href="mailto:bob@work.example"' in page
    present(cast.bob, name="Bob", email='b"&?cc=eve@work.example')
    page = browse(cast.carol).get(f"/s/{cast.sphere.slug}/members/").content.decode()
    assert 'href="mailto:b%22%26%3Fcc%3Deve@work.example"' in page


@pytest.mark.parametrize(
    ("telephone", "url"),
    [
        ("", ""),
        ("112", "tel:112"),
        ("06.12-34/56 78", "tel:0612345678"),
        ("+33 (0)6 12 34 56 78", "tel:+33612345678"),
        ("(+33) 6 12 34 56 78", "tel:+33612345678"),
        ("(0)6 12 34 56 78", "tel:0612345678"),
        ("0033 (0)6 12 34 56 78", "tel:+33612345678"),
        ("+44 (020) 7946 0000", "tel:+442079460000"),
        ("06 12 34 56 78 / 02 99 12 34 56", ""),
    ],
)
def test_a_number_is_dialled_as_it_is_written(telephone: str, url: str) -> None:
    assert call_url(telephone) == url
    assert mail_url("") == ""


def presented(cast: Cast, browse: Browse, *, device: bool = True, **words: Any) -> Any:
    path = f"/s/{cast.sphere.slug}/presentation/"
    return post(browse(cast.bob), path, fields(cast.bob, "spheres.present.1", name="Bob", **words), device=device)


def test_a_form_of_before_takes_nothing_away_and_an_emptied_field_does(
    cast: Cast, at_the_club: Membership, browse: Browse
) -> None:
    assert presented(cast, browse, title="Maçon").status_code == 200
    assert said(cast.bob) == AT_WORK
    assert presented(cast, browse, title="Maçon", telephone="").status_code == 200
    assert said(cast.bob) == AT_WORK | {"telephone": ""}
    assert presented(cast, browse, telephone=" 06\u00a012\u202f34 56 78 ", how_to_reach="").status_code == 200
    assert said(cast.bob) == {"telephone": "06 12 34 56 78", "email": "bob@work.example", "how_to_reach": ""}
    assert said(at_the_club) == AT_THE_CLUB


def test_a_form_from_before_takes_back_no_number(cast: Cast, browse: Browse) -> None:
    client, path = browse(cast.bob), f"/s/{cast.sphere.slug}/presentation/"
    seen = {"_seen_name": "Bob", "_seen_title": "", "_seen_telephone": "", "_seen_email": "", "_seen_how_to_reach": ""}
    empty = {"telephone": "", "email": "", "how_to_reach": ""}
    words: dict[str, Any] = {"name": "Bob", "title": "", **empty, **seen}
    first = fields(cast.bob, "spheres.present.1", **words | {"telephone": "112"})
    assert post(client, path, first).status_code == 200
    second = fields(cast.bob, "spheres.present.1", **words | {"title": "Maçon"})
    assert post(client, path, second).status_code == 200
    stands = Membership.objects.get(pk=cast.bob.pk)
    assert (stands.name, stands.title, stands.telephone) == ("Bob", "Maçon", "112")
    emptied = fields(cast.bob, "spheres.present.1", **words | {"title": "Maçon", "_seen_telephone": "112"})
    assert post(client, path, emptied).status_code == 200
    assert Membership.objects.get(pk=cast.bob.pk).telephone == ""


@pytest.mark.parametrize(
    ("field", "wrong", "sentence"),
    [
        ("telephone", "06 12 tôt", "This is no telephone number. Write its figures, for instance +33 6 12 34 56 78."),
        ("telephone", "06", "This is no telephone number"),
        ("telephone", "06 12 34 56 78 +", "This is no telephone number"),
        ("telephone", "06 - 12 - 34 - 56 - 78 - 90 - 1234", "at most 32 characters"),
        ("email", "bob at work", "This is no e-mail address. It looks like name@example.org."),
        ("email", f"{'b' * 60}@{'w' * 60}.{'w' * 60}.{'w' * 60}.{'w' * 60}.example", "at most 254 characters"),
        ("how_to_reach", "x" * 121, "at most 120 characters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    cast: Cast, browse: Browse, field: str, wrong: str, sentence: str
) -> None:
    words = AT_WORK | {field: wrong}
    answer = presented(cast, browse, title="Maçon", **words)
    assert (answer.status_code, sentence in answer.json()["sentence"]) == (422, True)
    assert answer.json()["fields"].keys() == {field}
    page = presented(cast, browse, device=False, title="Maçon", **words)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert [one for one in ("Maçon", *words.values()) if one not in page.content.decode()] == []
    assert set(said(cast.bob).values()) == {""}


def test_of_who_left_nothing_remains(cast: Cast, at_the_club: Membership, browse: Browse) -> None:
    watching = Device(browse(cast.alice), cast.alice).pull()
    end_membership(cast.alice, cast.bob)
    assert set(said(cast.bob).values()) == {""}
    for device in (watching.pull(), Device(browse(cast.alice), cast.alice).pull()):
        assert [one for one in AT_WORK.values() if one in str(device.shown)] == []
    assert said(at_the_club) == AT_THE_CLUB
    assert cast.bob.person is not None
    again = admit(cast.alice, cast.bob.person, name="Bob")
    assert set(said(again).values()) == {""}


def test_what_the_site_keeps_names_it(cast: Cast, browse: Browse) -> None:
    (kept,) = [kept for kept in TABLE if kept.name == "contacts"]
    assert kept.models == ("spheres.membership", "portraits.portrait")
    assert "telephone, e-mail" in browse(cast.bob).get(reverse("notices:kept")).content.decode()


def test_whoever_changes_nothing_is_told_to_nobody(cast: Cast, at_the_club: Membership) -> None:
    cast.sphere.journal.refresh_from_db()
    before = cast.sphere.journal.last_seq
    present(cast.bob, name="Bob", **AT_WORK)
    cast.sphere.journal.refresh_from_db()
    assert cast.sphere.journal.last_seq == before
