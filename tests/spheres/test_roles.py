"""Roles that members are given, and what becomes of what somebody said who left."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from uuid import UUID

import pytest
from django.apps import apps
from django.http import Http404
from django.test import Client

from accounts.actions import create_user
from journal.errors import Refused
from journal.models import Entry
from messaging.actions import withdraw_messages
from messaging.models import Message
from spheres.actions import admit, end_membership, give_role, present
from spheres.models import Membership, Reader
from spheres.rules import RANKS
from spheres.seal import inside
from spheres.tasks import remove_posts
from tests.conftest import Cast
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
FOR_GIVING = sorted(set(RANKS) - {"guest"})


def role_of(member: Membership) -> str:
    """Give the stored role."""
    return Membership.objects.get(pk=member.pk).role


@pytest.mark.parametrize("role", FOR_GIVING)
def test_those_responsible_give_every_role_but_a_guests(role: str, cast: Cast) -> None:
    give_role(cast.alice, cast.bob, role=role)
    assert role_of(cast.bob) == role
    with pytest.raises(Refused, match="donnent les rôles"):
        give_role(cast.alice, cast.bob, role="guest")


@pytest.mark.parametrize("by", sorted(set(RANKS) - {"administrator"}))
def test_nobody_else_gives_a_role(by: str, cast: Cast) -> None:
    Membership.objects.filter(pk=cast.bob.pk).update(role=by)
    for member in (cast.bob, cast.carol):
        before = role_of(member)
        with pytest.raises(Refused):
            give_role(cast.bob, member, role="publisher")
        assert role_of(member) == before


def test_a_guest_stays_a_guest_and_another_sphere_is_nobodys(cast: Cast) -> None:
    guest = admit(cast.alice, create_user(email=None, name="Gil"), role="guest")
    with pytest.raises(Refused):
        give_role(cast.alice, guest, role="member")
    with pytest.raises(Refused):
        give_role(cast.alice, cast.eve, role="visitor")
    with pytest.raises(Http404):
        give_role(cast.alice, cast.dan, role="member")


def test_nobody_is_made_a_visitor_where_none_are_taken(cast: Cast) -> None:
    give_role(cast.alice, cast.bob, role="visitor")
    cast.sphere.joining = "invitation"
    cast.sphere.save(update_fields=["joining"])
    with pytest.raises(Refused, match="n’accueille pas de visiteurs"):
        give_role(cast.alice, cast.carol, role="visitor")


def test_the_last_one_responsible_stays_responsible(cast: Cast) -> None:
    with pytest.raises(Refused, match="responsable"):
        give_role(cast.alice, cast.alice, role="member")
    give_role(cast.alice, cast.bob, role="administrator")
    give_role(cast.alice, cast.alice, role="member")
    assert (role_of(cast.alice), role_of(cast.bob)) == ("member", "administrator")


def test_the_desk_is_read_as_long_as_the_role_lasts(cast: Cast, browse: Callable[[Membership | None], Client]) -> None:
    desk, device = str(cast.sphere.desk_id), Device(browse(cast.bob), cast.bob)
    assert desk not in device.pull().cursors
    give_role(cast.alice, cast.bob, role="administrator")
    assert desk in device.pull().cursors
    give_role(cast.alice, cast.bob, role="publisher")
    assert desk not in device.pull().cursors
    assert [reader.until is None for reader in Reader.objects.filter(journal_id=desk, membership=cast.bob)] == [False]
    give_role(cast.alice, cast.bob, role="administrator")
    assert desk in device.pull().cursors
    assert Reader.objects.open().filter(journal_id=desk).count() == 2


def test_who_is_what_already_is_told_nothing_anew(cast: Cast) -> None:
    before = Entry.objects.count()
    give_role(cast.alice, cast.bob, role="member")
    present(cast.bob, name="Bob")
    assert Entry.objects.count() == before
    present(cast.bob, name="Bob", title="Maçon")
    assert Membership.objects.get(pk=cast.bob.pk).title == "Maçon"


def words(cast: Cast) -> dict[UUID, str]:
    """Give the words that stand in the sphere."""
    with inside(cast.sphere):
        return dict(Message.objects.standing().values_list("author", "body"))


def test_what_a_former_member_said_stays_unless_they_take_it_along(cast: Cast) -> None:
    for member in (cast.bob, cast.carol):
        cast.say(member, "Mes mots")
    end_membership(cast.bob, cast.bob)
    end_membership(cast.carol, cast.carol, keeps_posts=False)
    remove_posts()
    assert words(cast) == {cast.bob.pk: "Mes mots", cast.carol.pk: ""}
    assert set(Membership.objects.filter(ended_at=None).values_list("posts", flat=True)) == {"kept"}
    assert Membership.objects.get(pk=cast.carol.pk).posts == "removed"


@pytest.mark.parametrize(
    ("by", "sentence"), [("bob", "Removed by its author"), ("alice", "Removed by those responsible")]
)
def test_it_is_said_truly_who_removed_the_words(cast: Cast, browse: Browse, by: str, sentence: str) -> None:
    cast.say(cast.bob, "Mes mots")
    talk = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"
    watching = Device(browse(cast.carol), cast.carol).pull()
    end_membership(getattr(cast, by), cast.bob, keeps_posts=False)
    remove_posts()
    fresh = Device(browse(cast.carol), cast.carol).pull()
    for told in (watching.pull(), fresh):
        [row] = [row for row in told.shown.values() if row["k"] == "messaging.message"]
        assert (sentence in row["html"], "Removed by" in row["html"].replace(sentence, "")) == (True, False)
        assert row["facts"]["withdrawn_by_others"] == (by == "alice")
    page = browse(cast.carol).get(talk).content.decode()
    assert (sentence in page, "Mes mots" in page) == (True, False)


def test_of_what_was_removed_before_it_is_found_out_by_whom(cast: Cast) -> None:
    for member in (cast.bob, cast.carol):
        cast.say(member, "Mes mots")
    end_membership(cast.bob, cast.bob, keeps_posts=False)
    end_membership(cast.alice, cast.carol, keeps_posts=False)
    remove_posts()
    migration = import_module("messaging.migrations.0003_withdrawn_by_others")
    with inside(cast.sphere):
        Message.objects.update(is_withdrawn_by_others=False)
        cast.say(cast.alice, "Les miens")
        migration.say_by_whom(apps, None)
        found = dict(Message.objects.values_list("author", "is_withdrawn_by_others"))
    assert found == {cast.bob.pk: False, cast.carol.pk: True, cast.alice.pk: False}


def test_a_removal_that_was_interrupted_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        cast.say(cast.bob, f"Numéro {number}")
    monkeypatch.setattr("spheres.actions.belonging.POSTS_AT_ONCE", 2)
    end_membership(cast.bob, cast.bob, keeps_posts=False)
    with inside(cast.sphere):
        assert withdraw_messages(cast.bob, 2) == 2
        assert Message.objects.filter(author=cast.bob, body="").count() == 2
    remove_posts()
    with inside(cast.sphere):
        assert Message.objects.filter(author=cast.bob, body="").count() == 5
    remove_posts()
    withdrawn = Entry.objects.filter(verb="withdrawn").count()
    assert withdrawn == 5


def test_a_seat_whose_person_is_gone_has_a_role_all_the_same(cast: Cast) -> None:
    Membership.objects.filter(pk=cast.bob.pk).update(person=None)
    give_role(cast.alice, cast.bob, role="publisher")
    assert role_of(cast.bob) == "publisher"
