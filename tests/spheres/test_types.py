"""Types of spheres: seven names for four settings, and what each setting lets whom do."""

from __future__ import annotations

import pytest

from journal.errors import Refused
from messaging.models import Message
from spheres.actions import admit, create_organisation, create_sphere
from spheres.models import Sphere
from spheres.rules import INVITES, RANKS, may_admit
from spheres.seal import inside
from spheres.types import TYPES, type_of
from tests.conftest import Cast, person

pytestmark = pytest.mark.db

# features.md in a form that a test can read: who learns of it, who comes in, who reads, who starts.
EXPECTED = {
    "classic": ("members", "invitation", "members", "members"),
    "visitor": ("members", "visitors", "members", "members"),
    "restricted": ("members", "invitation", "members", "editors"),
    "open": ("organisation", "organisation", "members", "members"),
    "global": ("organisation", "automatic", "members", "members"),
    "forum": ("organisation", "organisation", "members", "questions"),
    "public": ("everybody", "request", "everybody", "members"),
}
# Whom each role brings in: always, and only where the sphere lets its members invite.
ALWAYS = {
    "administrator": {"administrator", "publisher", "member", "visitor", "guest"},
    "publisher": {"member", "visitor", "guest"},
}
IF_ALLOWED = ALWAYS | {"member": {"visitor", "guest"}, "visitor": {"visitor"}}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_is_its_four_settings(name: str, db: None) -> None:
    company = create_organisation("Lormeau")
    sphere = create_sphere(person("Gil"), name="Lieu", organisation=company, type=name).sphere
    sphere.refresh_from_db()
    assert (sphere.known_to, sphere.joining, sphere.read_by, sphere.started_by) == EXPECTED[name]
    assert type_of(sphere) == name


def test_settings_of_ones_own_are_no_type() -> None:
    assert type_of(Sphere(known_to="members", joining="invitation", read_by="members", started_by="questions")) == ""


def test_what_belongs_to_an_organisation_is_refused_without_one(db: None) -> None:
    gil = person("Gil")
    for name, preset in TYPES.items():
        if preset.known_to == "organisation":
            with pytest.raises(Refused, match="Seule une organisation"):
                create_sphere(gil, name="Lieu", type=name)
        else:
            create_sphere(gil, name="Lieu", type=name)
    assert {name for name, preset in TYPES.items() if preset.known_to == "organisation"} == {"open", "global", "forum"}


@pytest.mark.parametrize("members_invite", [False, True])
def test_who_brings_in_whom_is_the_table(members_invite: bool, cast: Cast) -> None:
    sphere, table = cast.sphere, IF_ALLOWED if members_invite else ALWAYS
    sphere.members_invite = members_invite
    for by in RANKS:
        cast.bob.role, cast.bob.sphere = by, sphere
        assert {role for role in RANKS if may_admit(cast.bob, role)} == table.get(by, set()), by
    assert set(INVITES) == set(RANKS)


def test_a_sphere_that_takes_no_visitors_says_so(cast: Cast) -> None:
    assert admit(cast.alice, person("Gil"), role="visitor").role == "visitor"
    cast.alice.sphere.joining = "invitation"
    cast.alice.sphere.save(update_fields=["joining"])
    with pytest.raises(Refused, match="n’accueille pas de visiteurs"):
        admit(cast.alice, person("Hal"), role="visitor")
    admit(cast.alice, person("Ida"))


def test_in_a_sphere_for_announcing_only_editors_start(cast: Cast) -> None:
    cast.say(cast.bob, "Before")
    cast.sphere.started_by = "editors"
    cast.sphere.save(update_fields=["started_by"])
    cast.say(cast.alice, "Those responsible")
    with pytest.raises(Refused, match="les responsables et la rédaction qui écrivent"):
        cast.say(cast.bob, "A member")
    admit(cast.alice, person("Gil"), role="publisher", name="Gil")
    with inside(cast.sphere):
        assert set(Message.objects.values_list("body", flat=True)) == {"Before", "Those responsible"}
