"""What one decides of a sphere while another ends it: each verb judges what is stored once its turn has come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from journal import clock
from journal.errors import Refused
from journal.ids import uuid7
from journal.writing import writing
from spheres import actions
from spheres.actions import admit, archive, delete_sphere, give_role, join, restore_sphere, settle
from spheres.guests.actions import make_key
from spheres.invitations.actions import invite
from spheres.models import Membership, Reader, Sphere
from spheres.organisations.actions import found_organisation, found_sphere
from spheres.seal import inside
from spheres.tasks import erase_deleted_spheres
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
Late = Callable[[Membership], Membership]
LOOK = {"hue": "teal", "shape": "star", "context": "work"}


@pytest.fixture
def late(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Late:
    """Give a responsible person's membership as it is read now, whatever is stored by the time it is used."""

    def read(member: Membership) -> Membership:
        stale = Membership.objects.with_sphere().get(pk=member.pk)
        rereads = Membership.reread
        monkeypatch.setattr(
            Membership, "reread", lambda self: stale if self.pk == stale.pk and self is stale else rereads(self)
        )
        return stale

    give_role(cast.alice, cast.bob, role="administrator")
    return read


def readers(cast: Cast) -> int:
    return Reader.objects.open().filter(journal=cast.sphere.journal_id).count()


def test_of_two_who_delete_it_the_later_changes_nothing(cast: Cast, late: Late) -> None:
    before = readers(cast)
    bob = late(cast.bob)
    delete_sphere(cast.alice)
    delete_sphere(bob)
    restore_sphere(cast.alice)
    assert readers(cast) == before == 3


def test_of_two_who_put_it_back_the_later_changes_nothing(cast: Cast, late: Late) -> None:
    delete_sphere(cast.alice)
    bob = late(cast.bob)
    restore_sphere(cast.alice)
    restore_sphere(bob)
    assert readers(cast) == 3


def test_who_archives_it_while_it_is_made_private_does_not_publish_it(cast: Cast, late: Late, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    bob = late(cast.bob)
    settle(cast.alice, wanted={"type": "classic"}, seen={})
    archive(bob)
    assert Sphere.objects.get(pk=cast.sphere.pk).archived_at
    assert browse(None).get(f"/s/{cast.sphere.slug}/").status_code == 302
    assert not Reader.objects.of_everybody(cast.sphere).exists()


def test_a_public_sphere_is_read_by_everybody_only_while_its_settings_say_so(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    assert browse(None).get(f"/s/{cast.sphere.slug}/").status_code == 200
    Sphere.objects.filter(pk=cast.sphere.pk).update(read_by="members")  # whatever the Reader says
    assert browse(None).get(f"/s/{cast.sphere.slug}/").status_code == 302


def test_who_settles_it_while_it_is_deleted_changes_nothing(cast: Cast, late: Late) -> None:
    bob = late(cast.bob)
    delete_sphere(cast.alice)
    with pytest.raises(Refused, match="supprimée"):
        settle(bob, wanted={"name": "X", "type": "public"}, seen={})
    assert Sphere.objects.get(pk=cast.sphere.pk).name == "Chantier"


def test_who_comes_in_while_it_is_deleted_stays_outside(cast: Cast) -> None:
    stale, gil = Sphere.objects.get(pk=cast.sphere.pk), person("Gil")
    delete_sphere(cast.alice)
    with pytest.raises(Refused, match="supprimée"):
        writing(lambda: join(stale, gil, role="member", name="Gil"))
    assert not Membership.objects.filter(person=gil).exists()


def test_what_was_put_back_in_time_is_not_erased_and_later_it_is_not_put_back(cast: Cast) -> None:
    delete_sphere(cast.alice)
    with clock.at(clock.now() + timedelta(days=8)):
        due = list(Sphere.objects.to_erase())
        with pytest.raises(Refused, match="semaine"):
            restore_sphere(cast.alice)
    restore_sphere(cast.alice)
    for sphere in due:  # found by a worker before
        with clock.at(clock.now() + timedelta(days=8)):
            actions.erase(sphere)
    assert Sphere.objects.filter(pk=cast.sphere.pk).exists()


def test_one_sphere_that_is_not_erased_keeps_no_other(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    delete_sphere(cast.alice)
    delete_sphere(cast.eve)

    def fails(sphere: Sphere, limit: int) -> int:
        if sphere.pk == cast.sphere.pk:
            raise RuntimeError
        return 0

    monkeypatch.setattr("spheres.actions.ending.erasers", [fails, *actions.erasers])
    with clock.at(clock.now() + timedelta(days=8)), pytest.raises(ExceptionGroup):
        erase_deleted_spheres()
    assert Sphere.objects.filter(pk=cast.sphere.pk).exists()
    assert not Sphere.objects.filter(pk=cast.eve.sphere_id).exists()


@pytest.mark.parametrize("wanted", [{}, {"type": "classic"}])
def test_what_the_organisation_offered_is_erased_too(wanted: dict[str, str], db: None) -> None:
    hall = found_organisation(person("Maud"), name="Lormeau")
    place = found_sphere(hall, name="Lieu", type="open", **LOOK)
    admit(place, person("Gil"), name="Gil")
    settle(place, wanted=wanted, seen={})
    delete_sphere(place)
    with clock.at(clock.now() + timedelta(days=8)):
        erase_deleted_spheres()
    assert not Sphere.objects.filter(pk=place.sphere_id).exists()


def test_a_device_keeps_nothing_of_it_not_even_what_is_its_persons_own(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"members_invite": "yes"}, seen={})
    cast.bob.refresh_from_db()
    make_key(cast.bob, id=uuid7(), name="Mamie")
    invite(cast.bob, id=uuid7(), role="visitor", note="pour le notaire")
    with inside(cast.sphere):
        actions.mark(cast.bob, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="1")
    device = Device(browse(cast.bob), cast.bob).pull()
    before = device.shown
    delete_sphere(cast.alice)
    assert device.pull().shown == {}
    restore_sphere(cast.alice)
    now = device.pull().shown
    assert {key[1:] for key in now} == {key[1:] for key in before}


def test_a_role_is_not_given_in_a_deleted_sphere(cast: Cast, browse: Browse) -> None:
    give_role(cast.alice, cast.bob, role="administrator")
    delete_sphere(cast.alice)
    path = f"/s/{cast.sphere.slug}/members/{{}}/role/"
    for somebody, role in ((cast.bob, "member"), (cast.carol, "administrator")):
        said: dict[str, Any] = {"role": role}
        answer = post(browse(cast.alice), path.format(somebody.pk), fields(cast.alice, "spheres.role.1", **said))
        assert answer.status_code == 403
    restore_sphere(cast.alice)
    again = post(browse(cast.alice), path.format(cast.bob.pk), fields(cast.alice, "spheres.role.1", role="member"))
    assert again.status_code == 200
    assert Membership.objects.get(pk=cast.bob.pk).role == "member"
