"""Coming, going and being called something."""

from __future__ import annotations

import pytest

from accounts.models import User
from journal.errors import Conflict, Refused
from journal.models import Entry
from journal.rows import render
from messaging.models import Conversation
from spheres import rules
from spheres.actions import admit, create_sphere, end_membership, mark, present
from spheres.models import Membership, Mine, Reader, Sphere
from spheres.rows import initials
from spheres.seal import inside
from tests.conftest import Cast, person

pytestmark = pytest.mark.db


def somebody(name: str) -> User:
    return person(name)


def test_a_founder_is_responsible_and_can_speak_at_once(db: None) -> None:
    gil = create_sphere(somebody("Gil"), name="La famille", context="family")
    assert gil.role == "administrator"
    assert gil.sphere.slug.startswith("la-famille-")
    assert gil.sphere.journal.scope == gil.sphere_id
    with inside(gil.sphere):
        assert Conversation.objects.readable_by(gil).count() == 1


def test_two_spheres_of_one_name_have_their_own_addresses(db: None) -> None:
    gil = somebody("Gil")
    slugs = {create_sphere(gil, name="Été").sphere.slug for _ in range(5)}
    assert len(slugs) == 5
    assert all(len(slug.rsplit("-", 1)[1]) == 5 for slug in slugs)


def test_a_name_without_letters_still_has_an_address(db: None) -> None:
    assert create_sphere(somebody("Gil"), name="家族").sphere.slug


@pytest.mark.parametrize(("who", "may"), [("alice", True), ("bob", False), ("carol", False)])
def test_who_may_bring_somebody_in(cast: Cast, who: str, may: bool) -> None:
    by: Membership = getattr(cast, who)
    if may:
        assert admit(by, somebody("Gil"), role="member").name == "Gil"
    else:
        with pytest.raises(Refused):
            admit(by, somebody("Gil"), role="member")


def test_nobody_is_brought_in_twice(cast: Cast) -> None:
    assert cast.bob.person is not None
    with pytest.raises(Conflict):
        admit(cast.alice, cast.bob.person)


def test_an_unknown_role_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        admit(cast.alice, somebody("Gil"), role="emperor")


def test_leaving_closes_every_reader_at_its_number(cast: Cast) -> None:
    journals = set(Reader.objects.open().filter(membership=cast.bob).values_list("journal_id", flat=True))
    assert journals == {cast.sphere.journal_id, cast.bob.journal_id}
    end_membership(cast.bob, cast.bob)
    for reader in Reader.objects.filter(membership=cast.bob):
        entry = Entry.objects.get(journal=reader.journal, verb="left", actor=cast.bob.pk)
        assert (entry.seq, entry.journal_id in journals) == (reader.until, True)
    assert not Reader.objects.open().filter(membership=cast.bob).exists()


def test_only_those_responsible_remove_others(cast: Cast) -> None:
    with pytest.raises(Refused):
        end_membership(cast.bob, cast.carol)
    end_membership(cast.alice, cast.carol)
    assert not Membership.objects.get(pk=cast.carol.pk).is_open


def test_one_is_not_removed_from_another_sphere(cast: Cast) -> None:
    assert rules.may_end(cast.alice, cast.bob)
    assert not rules.may_end(cast.eve, cast.bob)


def test_a_sphere_keeps_somebody_responsible(cast: Cast) -> None:
    with pytest.raises(Refused):
        end_membership(cast.alice, cast.alice)
    assert cast.eve.person is not None
    admit(cast.alice, cast.eve.person, role="administrator", name="Eve")
    end_membership(cast.alice, cast.alice)


def test_a_membership_without_a_person_ends_quietly(cast: Cast) -> None:
    Membership.objects.filter(pk=cast.carol.pk).update(person=None)
    end_membership(cast.alice, Membership.objects.get(pk=cast.carol.pk))


def test_a_new_name_is_told_to_the_sphere(cast: Cast) -> None:
    present(cast.bob, name="Bob le maçon")
    entry = Entry.objects.current().get(kind="spheres.member", object_id=cast.bob.pk)
    (row,) = render([entry], {cast.sphere.journal_id: cast.sphere.pk}, "en")
    assert (row.facts["name"], ">BM</span>" in row.html) == ("Bob le maçon", True)
    assert "Bob le maçon" in row.html


def test_a_mark_of_the_same_value_is_told_once(cast: Cast) -> None:
    def marked(value: str) -> Mine:
        with inside(cast.sphere):
            return mark(cast.bob, kind="x", object_id=cast.conversation.pk, key="read", value=value)

    assert marked("1").pk == marked("1").pk == marked("2").pk
    told = Entry.objects.filter(journal=cast.bob.journal, kind="spheres.mine")
    assert told.count() == 2


@pytest.mark.parametrize(
    ("name", "letters"), [("Alice Marchand", "AM"), ("Bob", "B"), ("Jean-Luc de la Tour", "JT"), ("", ""), ("… ?", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_names_of_things_say_nothing_but_themselves(cast: Cast) -> None:
    assert [str(cast.sphere), str(cast.bob)] == ["Chantier", "Bob"]
    assert Sphere.objects.filter(memberships=cast.bob).get() == cast.sphere


def test_only_those_responsible_read_the_desk(cast: Cast) -> None:
    def at_the_desk() -> set[object]:
        readers = Reader.objects.open().filter(journal=cast.sphere.desk_id)
        return set(readers.values_list("membership_id", flat=True))

    assert at_the_desk() == {cast.alice.pk}
    gil = admit(cast.alice, somebody("Gil"), role="administrator", name="Gil")
    admit(cast.alice, somebody("Hana"), role="publisher", name="Hana")
    assert at_the_desk() == {cast.alice.pk, gil.pk}
    end_membership(gil, gil)
    assert at_the_desk() == {cast.alice.pk}
