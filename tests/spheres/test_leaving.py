"""What leaving comes to: names, an organisation's other spheres, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import translation

from journal.errors import Refused
from journal.ids import uuid7
from spheres.actions import admit, archive, create_sphere, delete_sphere, end_membership, give_role, restore_sphere
from spheres.guests.actions import make_key
from spheres.invitations.actions import ask, invite, revoke
from spheres.invitations.tokens import link_of
from spheres.models import Membership, Sphere
from spheres.organisations.actions import enter, found_organisation, found_sphere
from spheres.organisations.models import Offer
from spheres.querysets import was_removed
from spheres.seal import inside
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
LOOK = {"hue": "teal", "shape": "star", "context": "work"}


@pytest.fixture
def hall(db: None) -> Membership:
    """Give the membership of whoever manages a company."""
    return found_organisation(person("Maud"), name="Lormeau")


def there(member: Membership, sphere: Sphere) -> Membership | None:
    assert member.person is not None
    return Membership.objects.of(member.person).filter(sphere=sphere).first()


def test_nobody_finds_the_name_of_who_left(cast: Cast, browse: Browse) -> None:
    cast.say(cast.bob, "je pars")
    talk = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"
    assert ">Bob<" in browse(cast.alice).get(talk).content.decode()  # and kept, rendered
    assert "Bob" in str(Device(browse(cast.alice), cast.alice).pull().shown)
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=True)
    end_membership(cast.alice, cast.bob)
    assert ">Bob<" not in browse(cast.alice).get(talk).content.decode()
    cast.alice.refresh_from_db()
    gil = admit(cast.alice, person("Gil"), name="Gil")
    shown = Device(browse(gil), gil).pull().shown
    assert "je pars" in str(shown)
    assert "Bob" not in str(shown)


@pytest.mark.parametrize("keeps_posts", [True, False])
def test_who_leaves_the_organisation_is_removed_from_nothing_and_takes_along_what_they_want(
    keeps_posts: bool, hall: Membership
) -> None:
    place = found_sphere(hall, name="Lieu", type="classic", **LOOK)
    gil = admit(place, person("Gil"), name="Gil")
    here = there(gil, hall.sphere)
    assert here is not None
    end_membership(here, here, keeps_posts=keeps_posts)
    gil.refresh_from_db()
    assert gil.ended_at
    assert gil.posts == ("kept" if keeps_posts else "leaving")
    assert gil.person is not None
    assert not was_removed(gil.person, gil.sphere_id)


def test_who_is_removed_from_the_organisation_is_removed_from_all_of_it(hall: Membership) -> None:
    place = found_sphere(hall, name="Lieu", type="classic", **LOOK)
    gil = admit(place, person("Gil"), name="Gil")
    here = there(gil, hall.sphere)
    assert here is not None
    end_membership(hall, here)
    assert gil.person is not None
    assert was_removed(gil.person, gil.sphere_id)


def test_where_only_visitors_are_left_whoever_manages_takes_over(hall: Membership) -> None:
    ida = admit(hall, person("Ida"), name="Ida")
    assert ida.person is not None
    place = create_sphere(
        ida.person, name="Lieu", organisation=hall.sphere.organisation, type="visitor", founder_name="Ida"
    )
    admit(place, person("Gil"), role="visitor", name="Gil")
    end_membership(ida, ida)
    left = {(one.name, one.role, one.is_manager) for one in Membership.objects.in_sphere(place.sphere_id)}
    assert left == {("Gil", "visitor", False), ("Maud", "administrator", True)}


def test_where_nobody_manages_the_organisation_nobody_takes_over(hall: Membership) -> None:
    ida = admit(hall, person("Ida"), name="Ida")
    assert ida.person is not None
    place = create_sphere(ida.person, name="Lieu", organisation=hall.sphere.organisation, type="visitor")
    admit(place, person("Gil"), role="visitor", name="Gil")
    Membership.objects.filter(pk=hall.pk).update(person=None)  # the account was closed
    end_membership(ida, ida)
    assert [one.name for one in Membership.objects.in_sphere(place.sphere_id)] == ["Gil"]


def test_a_visitor_who_becomes_a_member_belongs_to_the_organisation(hall: Membership) -> None:
    place = found_sphere(hall, name="Lieu", type="visitor", **LOOK)
    gil = admit(place, person("Gil"), role="visitor", name="Gil")
    assert there(gil, hall.sphere) is None
    give_role(place, gil, role="member")
    assert there(gil, hall.sphere) is not None


def test_who_was_removed_from_an_open_sphere_does_not_walk_back_in(hall: Membership) -> None:
    place = found_sphere(hall, name="Lieu", type="open", **LOOK)
    gil, ida = (admit(hall, person(name), name=name) for name in ("Gil", "Ida"))
    with inside(hall.sphere):
        offer = Offer.objects.select_related("offered").get()
        for member in (gil, ida):
            enter(member, offer)
    removed, left = there(gil, place.sphere), there(ida, place.sphere)
    assert removed is not None
    assert left is not None
    end_membership(place, removed)
    end_membership(left, left)
    with inside(hall.sphere):
        assert enter(ida, offer).role == "member"
        with pytest.raises(Refused, match="retiré"):
            enter(gil, offer)
        archive(place)
        with pytest.raises(Refused, match="archivée"):
            enter(gil, Offer.objects.select_related("offered").get())


def test_a_guest_of_a_closed_place_reads_one_sentence(cast: Cast) -> None:
    key = make_key(cast.alice, id=uuid7(), name="Mamie")
    client = Client(headers={"host": "localhost:8000"})
    client.force_login(key.guest)
    delete_sphere(cast.alice)
    page = client.get("/", follow=True)
    assert (page.status_code, "This place was closed" in page.content.decode()) == (200, True)
    restore_sphere(cast.alice)
    assert client.get("/").headers["Location"] == f"/s/{cast.sphere.slug}/"


def test_a_dead_link_tells_nothing_more_of_the_sphere(cast: Cast, browse: Browse) -> None:
    invitation = invite(cast.alice, id=uuid7())
    path = "/" + link_of(invitation).split("/", 3)[3]
    assert "Chantier" in browse(None).get(path).content.decode()
    revoke(cast.alice, invitation)
    answer = browse(None).get(path)
    assert (answer.status_code, "Chantier" in answer.content.decode()) == (410, False)


def test_a_guest_asks_into_no_second_sphere(cast: Cast) -> None:
    key = make_key(cast.alice, id=uuid7(), name="Mamie")
    invitation = invite(cast.eve, id=uuid7(), needs_approval=True)
    with translation.override("fr"), pytest.raises(Refused, match="lien direct"):
        ask(key.guest, invitation, name="Mamie")


def test_a_sphere_of_ones_own_is_offered_no_type_that_it_cannot_have(cast: Cast, browse: Browse) -> None:
    assert cast.eve.sphere.organisation is None
    page = browse(cast.eve).get(f"/s/{cast.eve.sphere.slug}/settings/").content.decode()
    assert ('value="open"' in page, 'value="public"' in page) == (False, True)
    assert 'value="open"' in browse(cast.alice).get(f"/s/{cast.sphere.slug}/settings/").content.decode()
