"""The end of a sphere: archived it is read, deleted it can be put back for a week, then nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client

from accounts.models import User
from files.portraits.actions import choose_logo, choose_photo
from journal import clock
from journal.errors import Refused
from journal.ids import uuid7
from journal.models import Entry, Journal
from messaging.actions import edit_message
from messaging.models import Message
from spheres import actions
from spheres.actions import admit, archive, delete_sphere, end_membership, reopen, restore_sphere, settle
from spheres.charters.actions import publish_charter
from spheres.groups.actions import make_group
from spheres.guests.actions import make_key
from spheres.guests.tokens import link_of
from spheres.invitations.actions import ask, invite, send_by_mail
from spheres.invitations.addresses import Addressee
from spheres.models import Membership, Reader, Sphere
from spheres.organisations.actions import enter, found_organisation, found_sphere
from spheres.organisations.models import Offer
from spheres.organisations.tasks import bring_everybody_in
from spheres.seal import across_all_spheres, inside
from spheres.tasks import erase_deleted_spheres
from sync.frames import closed_by
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.files.sending import kept, shown_by
from tests.sync.device import Device
from threads.actions import comment, react, report

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def reread(cast: Cast) -> None:
    for member in (cast.alice, cast.bob, cast.carol):
        member.refresh_from_db()


def facts(member: Membership, browse: Browse) -> dict[str, Any] | None:
    """Give what a member's device holds of the sphere."""
    held = Device(browse(member), member).pull().shown.values()
    return next((row["facts"] for row in held if row["id"] == str(member.sphere_id)), None)


def talk(cast: Cast) -> str:
    return f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"


def test_an_archived_sphere_is_read_and_not_written(cast: Cast, browse: Browse) -> None:
    said = cast.say(cast.bob, "déjà dit")
    archive(cast.alice)
    reread(cast)
    page = browse(cast.bob).get(talk(cast)).content.decode()
    assert "déjà dit" in page
    assert "button main send" not in page
    with inside(cast.sphere):
        with pytest.raises(Refused, match="archivée"):
            cast.say(cast.bob, "encore")
        with pytest.raises(Refused, match="archivée"):
            edit_message(cast.bob, said, body="autre", seen="déjà dit")
    with pytest.raises(Refused, match="archivée"):
        admit(cast.alice, person("Gil"))
    with pytest.raises(Refused, match="archivée"):
        settle(cast.alice, wanted={"name": "Autre"}, seen={})
    with pytest.raises(Refused, match="archivée"):
        archive(cast.alice)
    end_membership(cast.carol, cast.carol)
    held = facts(cast.bob, browse)
    assert held is not None
    assert held["state"] == "archived"


def test_an_archived_sphere_is_opened_again(cast: Cast, browse: Browse) -> None:
    archive(cast.alice)
    path = f"/s/{cast.sphere.slug}/reopening/"
    assert post(browse(cast.bob), path, fields(cast.bob, "spheres.reopen.1")).status_code == 403
    for _ in range(2):
        assert post(browse(cast.alice), path, fields(cast.alice, "spheres.reopen.1")).status_code == 200
    reread(cast)
    cast.say(cast.bob, "de nouveau")
    assert Entry.objects.filter(journal=cast.sphere.journal_id, verb="reopened").count() == 1


def test_a_link_into_an_archived_sphere_lets_nobody_in(cast: Cast, browse: Browse) -> None:
    invitation = invite(cast.alice, id=uuid7())
    assert invitation.state == "open"
    archive(cast.alice)
    invitation = type(invitation).objects.whole().get(pk=invitation.pk)
    assert invitation.state == "revoked"
    reopen(cast.alice)
    assert type(invitation).objects.whole().get(pk=invitation.pk).state == "open"


def test_deleted_it_is_closed_to_everybody_at_once(cast: Cast, browse: Browse) -> None:
    cast.say(cast.bob, "entre nous")
    devices = {member.pk: Device(browse(member), member).pull() for member in (cast.alice, cast.bob, cast.carol)}
    delete_sphere(cast.alice)
    for member in (cast.bob, cast.carol):
        assert browse(member).get(talk(cast)).content == browse(cast.eve).get(talk(cast)).content
        assert str(cast.sphere.pk) not in str(devices[member.pk].pull().shown)
        assert "Chantier" not in browse(member).get("/").content.decode()
    assert "entre nous" not in str(devices[cast.alice.pk].pull().store)
    held = facts(cast.alice, browse)
    assert held is not None
    assert (held["state"], bool(held["erased_at"])) == ("deleted", True)
    page = browse(cast.alice).get(f"/s/{cast.sphere.slug}/").content.decode()
    assert "/restoration/" in page
    assert browse(cast.alice).get(talk(cast)).status_code == 404
    said = fields(cast.bob, "messaging.send.1", id=uuid7(), body="dans le train")
    assert post(browse(cast.bob), talk(cast) + "messages/", said).status_code == 404
    with inside(cast.sphere), pytest.raises(Refused, match="supprimée"):
        cast.say(cast.bob, "encore")


def test_put_back_it_is_as_it_was(cast: Cast, browse: Browse) -> None:
    settled = Membership.objects.in_sphere(cast.sphere.pk).count()
    Sphere.objects.filter(pk=cast.sphere.pk).update(shows_history=False)
    cast.alice.refresh_from_db()
    cast.say(cast.bob, "avant")
    late = admit(cast.alice, person("Gil"), name="Gil")
    cast.say(cast.bob, "entre nous")
    before = {
        member.pk: Device(browse(member), member).pull().bodies() for member in (cast.alice, cast.bob, cast.carol, late)
    }
    assert (before[late.pk], before[cast.bob.pk]) == (["entre nous"], ["avant", "entre nous"])
    delete_sphere(cast.alice)
    delete_sphere(cast.alice)  # the same again
    path = f"/s/{cast.sphere.slug}/restoration/"
    assert post(browse(cast.bob), path, fields(cast.bob, "spheres.restore.1")).status_code == 404
    for _ in range(2):
        assert post(browse(cast.alice), path, fields(cast.alice, "spheres.restore.1")).status_code == 200
    for member in (cast.alice, cast.bob, cast.carol, late):
        assert Device(browse(member), member).pull().bodies() == before[member.pk]
        assert Reader.objects.open().filter(membership=member, journal=cast.sphere.journal_id).count() == 1
    assert Reader.objects.open().filter(journal=cast.sphere.desk_id).count() == 1
    assert browse(cast.dan).get(talk(cast)).status_code == 404
    assert Membership.objects.in_sphere(cast.sphere.pk).count() == settled + 1
    reread(cast)
    cast.say(cast.bob, "de retour")


def test_who_left_meanwhile_does_not_read_again(cast: Cast, browse: Browse) -> None:
    delete_sphere(cast.alice)
    end_membership(cast.carol, cast.carol)
    restore_sphere(cast.alice)
    assert not Reader.objects.open().filter(membership=cast.carol).exists()


def test_a_public_sphere_is_closed_to_everybody_too(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    reread(cast)
    cast.say(cast.bob, "pour tous")
    assert "pour tous" in browse(None).get(talk(cast)).content.decode()
    delete_sphere(cast.alice)
    assert browse(None).get(talk(cast)).status_code == 302
    restore_sphere(cast.alice)
    assert "pour tous" in browse(None).get(talk(cast)).content.decode()


@pytest.mark.parametrize("verb", ["archive", "delete_sphere"])
def test_the_hall_of_an_organisation_has_no_end(verb: str, cast: Cast, browse: Browse) -> None:
    hall = found_organisation(person("Maud"), name="Lormeau")
    with pytest.raises(Refused, match="vit dans cette sphère"):
        getattr(actions, verb)(hall)
    assert "/deletion/" not in browse(hall).get(f"/s/{hall.sphere.slug}/settings/").content.decode()
    assert "/deletion/" in browse(cast.alice).get(f"/s/{cast.sphere.slug}/settings/").content.decode()


def test_the_organisation_offers_only_what_is_there(db: None) -> None:
    hall = found_organisation(person("Maud"), name="Lormeau")
    place = found_sphere(hall, name="Lieu", type="global", hue="teal", shape="star", context="work")
    with inside(hall.sphere):
        assert Offer.objects.standing().count() == 1
    delete_sphere(place)
    admit(hall, person("Gil"), name="Gil")
    bring_everybody_in()
    with inside(hall.sphere):
        assert Offer.objects.standing().count() == 0
    assert Membership.objects.in_sphere(place.sphere_id).count() == 1
    restore_sphere(place)
    bring_everybody_in()
    with inside(hall.sphere):
        assert Offer.objects.standing().count() == 1
    assert Membership.objects.in_sphere(place.sphere_id).count() == 2


def lived_in(cast: Cast) -> None:
    """Fill the sphere with something of everything."""
    for number in range(7):
        message = cast.say(cast.bob, f"Numéro {number}")
    invitation = invite(cast.alice, id=uuid7(), needs_approval=True)
    ask(person("Hana"), invitation, name="Hana")
    with inside(cast.sphere):
        for number in range(4):
            comment(cast.bob, message, id=uuid7(), body=f"Réponse {number}")
        react(cast.bob, message, reaction="heart")
        report(cast.carol, message, id=uuid7(), reason="other")
        send_by_mail(cast.alice, id=uuid7(), found=[Addressee(1, "ida@example.invalid")])
        actions.mark(cast.bob, kind="messaging.conversation", object_id=cast.conversation.pk, key="read", value="1")
    make_key(cast.alice, id=uuid7(), name="Mamie")
    with inside(cast.sphere):
        make_group(cast.alice, id=uuid7(), name="Toiture", members=[cast.bob.pk])
        publish_charter(cast.alice, text="On se parle gentiment.", seen="")
    shown_by(cast.alice, cast.conversation)
    with inside(cast.sphere):
        choose_photo(cast.alice, file=kept(cast.alice))
        choose_logo(cast.alice, file=kept(cast.alice))
    settle(cast.alice, wanted={"type": "public"}, seen={})


def of_the_sphere(sphere: Sphere, journals: set[Any]) -> dict[str, int]:
    """Count what is left of a sphere in every table that knows of spheres, memberships or journals."""
    left = {}
    with across_all_spheres("a test counts what is left"):
        members = list(Membership.objects.filter(sphere=sphere).values_list("pk", flat=True))
        for model in apps.get_models():
            asked = models.Q()
            for field in model._meta.get_fields():
                if isinstance(field, models.ForeignKey) and field.related_model in {Sphere, Membership, Journal}:
                    ids = {Sphere: [sphere.pk], Membership: members, Journal: list(journals)}[field.related_model]
                    asked |= models.Q(**{f"{field.name}__in": ids})
            if asked and (count := model._default_manager.filter(asked).count()):
                left[model.__name__] = count
    return left


def test_a_week_later_nothing_is_left(cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    lived_in(cast)
    elsewhere = cast.say(cast.eve, "ailleurs")
    journals = set(Journal.objects.filter(scope=cast.sphere.pk).values_list("pk", flat=True))
    full = of_the_sphere(cast.sphere, journals)
    assert {
        "Message",
        "File",
        "Blob",
        "Thread",
        "Comment",
        "Report",
        "Conversation",
        "Entry",
        "Reader",
        "Mine",
        "Invitation",
        "Request",
        "Mailing",
        "Letter",
        "Key",
    } <= {*full}
    monkeypatch.setattr("spheres.actions.ending.ERASED_AT_ONCE", 3)
    delete_sphere(cast.alice)
    with clock.at(clock.now() + timedelta(days=6, hours=23)):
        erase_deleted_spheres()
    assert of_the_sphere(cast.sphere, journals)["Message"] == full["Message"]
    with clock.at(clock.now() + timedelta(days=7, hours=1)):
        erase_deleted_spheres()
    assert of_the_sphere(cast.sphere, journals) == {}
    assert not Sphere.objects.filter(pk=cast.sphere.pk).exists()
    assert not Journal.objects.filter(pk__in=journals).exists()
    assert not User.objects.filter(name="Mamie").exists()
    assert User.objects.filter(name="Bob").exists()
    assert browse(cast.alice).get("/").status_code == 200
    assert browse(cast.alice).get(talk(cast)).content == browse(cast.eve).get(talk(cast)).content
    with inside(cast.eve.sphere):
        assert Message.objects.get(pk=elsewhere.pk).body == "ailleurs"


def test_an_erasure_that_was_interrupted_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    lived_in(cast)
    delete_sphere(cast.alice)
    erasers = list(actions.erasers)

    def dies(sphere: Sphere, limit: int) -> int:
        raise KeyboardInterrupt

    with clock.at(clock.now() + timedelta(days=8)):
        for place in range(len(erasers) + 1):
            monkeypatch.setattr("spheres.actions.ending.erasers", [*erasers[:place], dies])
            with pytest.raises(KeyboardInterrupt):
                erase_deleted_spheres()
        monkeypatch.setattr("spheres.actions.ending.erasers", erasers)
        erase_deleted_spheres()
    assert not Sphere.objects.filter(pk=cast.sphere.pk).exists()


def test_a_restored_sphere_is_not_erased(cast: Cast) -> None:
    delete_sphere(cast.alice)
    restore_sphere(cast.alice)
    with clock.at(clock.now() + timedelta(days=30)):
        erase_deleted_spheres()
    assert Sphere.objects.filter(pk=cast.sphere.pk).exists()


def test_sockets_are_told_whose_reading_ended(cast: Cast) -> None:
    readers = set(Reader.objects.open().filter(journal=cast.sphere.journal_id).values_list("membership_id", flat=True))
    delete_sphere(cast.alice)
    entry = Entry.objects.get(journal=cast.sphere.journal_id, verb="closed")
    assert set(closed_by(entry)) == readers == {cast.alice.pk, cast.bob.pk, cast.carol.pk}


def test_a_direct_link_opens_nothing_meanwhile(cast: Cast, browse: Browse) -> None:
    key = make_key(cast.alice, id=uuid7(), name="Mamie")
    path = link_of(key).removeprefix(settings.ALVEOLE_URL)
    assert browse(None).get(path).status_code == 200
    delete_sphere(cast.alice)
    assert browse(None).get(path).status_code == 410
    restore_sphere(cast.alice)
    assert browse(None).get(path).status_code == 200


def test_nobody_comes_into_an_archived_sphere_by_themself(cast: Cast, browse: Browse) -> None:
    settle(cast.alice, wanted={"type": "public"}, seen={})
    assert 'href="/i/' in browse(None).get(f"/s/{cast.sphere.slug}/").content.decode()
    archive(cast.alice)
    assert 'href="/i/' not in browse(None).get(f"/s/{cast.sphere.slug}/").content.decode()
    hall = found_organisation(person("Maud"), name="Lormeau")
    gil = admit(hall, person("Gil"), name="Gil")
    place = found_sphere(hall, name="Lieu", type="open", hue="teal", shape="star", context="work")
    archive(place)
    with inside(hall.sphere):
        offer = Offer.objects.select_related("offered").get()
        with pytest.raises(Refused):
            enter(gil, offer)
    reopen(place)
    with inside(hall.sphere):
        assert enter(gil, Offer.objects.select_related("offered").get()).role == "member"
