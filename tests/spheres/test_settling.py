"""Settings of a sphere: who changes them, two at once, and what is fixed once somebody was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from journal.errors import Refused, Stale
from journal.ids import uuid7
from journal.models import Entry
from spheres.actions import create_sphere, settle
from spheres.models import Membership, Sphere
from tests.commanding import fields, post
from tests.conftest import Cast, person

pytestmark = pytest.mark.db


def stored(cast: Cast) -> Sphere:
    """Give the sphere as it is in the database."""
    return Sphere.objects.get(pk=cast.sphere.pk)


def test_those_responsible_change_the_settings_and_nobody_else(cast: Cast) -> None:
    settle(
        cast.alice, wanted={"name": "Atelier", "hue": "rose", "type": "restricted", "members_invite": "yes"}, seen={}
    )
    sphere = stored(cast)
    assert (sphere.name, sphere.hue, sphere.started_by, sphere.joining) == ("Atelier", "rose", "editors", "invitation")
    assert sphere.members_invite
    for member in (cast.bob, cast.carol):
        with pytest.raises(Refused, match="Seuls les responsables"):
            settle(member, wanted={"name": "À moi"}, seen={})
    assert stored(cast).name == "Atelier"
    assert stored(cast).slug == cast.sphere.slug


def test_two_who_change_different_settings_both_have_theirs(cast: Cast) -> None:
    seen = {"name": "Chantier", "hue": "slate"}
    settle(cast.alice, wanted={"name": "Atelier", "hue": "slate"}, seen=seen)
    settle(cast.alice, wanted={"name": "Chantier", "hue": "rose"}, seen=seen)
    assert (stored(cast).name, stored(cast).hue) == ("Atelier", "rose")


def test_two_who_change_the_same_setting_see_both_values(cast: Cast) -> None:
    settle(cast.alice, wanted={"name": "Atelier", "hue": "rose"}, seen={"name": "Chantier", "hue": "slate"})
    with pytest.raises(Stale) as stale:
        settle(cast.alice, wanted={"name": "Bureau", "hue": "teal"}, seen={"name": "Chantier", "hue": "slate"})
    assert {name: (one.seen, one.theirs, one.by) for name, one in stale.value.versions.items()} == {
        "name": ("Chantier", "Atelier", "Alice"),
        "hue": ("slate", "rose", "Alice"),
    }
    assert stored(cast).name == "Atelier"


def test_what_newcomers_read_is_fixed_once_a_second_person_came(cast: Cast) -> None:
    with pytest.raises(Refused, match="dès que"):
        settle(cast.alice, wanted={"shows_history": "no"}, seen={})
    settle(cast.alice, wanted={"shows_history": "yes", "name": "Atelier"}, seen={})
    assert (stored(cast).shows_history, stored(cast).name) == (True, "Atelier")
    alone = create_sphere(person("Gil"), name="Chez moi", context="family")
    settle(alone, wanted={"shows_history": "yes"}, seen={})
    assert Sphere.objects.get(pk=alone.sphere_id).shows_history


def test_a_sphere_of_ones_own_does_not_become_an_organisations(cast: Cast) -> None:
    alone = create_sphere(person("Gil"), name="Chez moi", context="family")
    with pytest.raises(Refused, match="Seule une organisation"):
        settle(alone, wanted={"type": "open"}, seen={})
    assert Sphere.objects.get(pk=alone.sphere_id).known_to == "members"
    settle(cast.alice, wanted={"type": "open"}, seen={})
    assert stored(cast).known_to == "organisation"


def test_a_type_of_ones_own_stays_as_it_is(cast: Cast) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(started_by="questions")
    settle(cast.alice, wanted={"type": "", "hue": "rose"}, seen={"type": "", "hue": "slate"})
    assert (stored(cast).started_by, stored(cast).joining) == ("questions", "visitors")


def test_a_sphere_of_ones_own_is_made_once(cast: Cast, browse: Callable[[Membership | None], Client]) -> None:
    words: dict[str, Any] = {"id": str(uuid7()), "name": "Chez nous", "context": "family", "type": "classic"}
    words |= {"hue": "rose", "shape": "star", "shows_history": "on"}
    client, command = browse(cast.bob), uuid7()
    for _ in range(2):  # an answer that was lost: the same command again
        said = fields(cast.bob, "spheres.create.1", command=command, **words)
        assert post(client, "/spheres/", said).status_code == 200
    made = Membership.objects.get(sphere__name="Chez nous")
    assert (made.role, made.name, made.sphere.hue, made.sphere.organisation) == ("administrator", "Bob", "rose", None)
    assert made.sphere.shows_history
    taken = post(client, "/spheres/", fields(cast.bob, "spheres.create.1", **words | {"name": "Autre"}))
    assert taken.status_code == 409
    for wrong in ({"name": ""}, {"type": "open"}, {"context": "x"}, {"hue": "x"}):
        said = fields(cast.bob, "spheres.create.1", **words | {"id": str(uuid7())} | wrong)
        assert post(client, "/spheres/", said).status_code == 422
    assert Sphere.objects.filter(organisation=None, name="Chez nous").count() == 1


def test_settings_that_stay_as_they_are_tell_nobody(cast: Cast) -> None:
    before = Entry.objects.count()
    settle(cast.alice, wanted={"name": "Chantier"}, seen={})
    assert (Entry.objects.count(), stored(cast).name) == (before, "Chantier")
