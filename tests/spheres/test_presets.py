"""Ready-made spheres: one choice says what a sphere belongs to, who comes in and what they agree to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from journal.ids import uuid7
from spheres.actions import admit
from spheres.charters.models import Acceptance, Charter
from spheres.models import Membership, Sphere
from spheres.organisations.actions import found_organisation
from spheres.presets import PRESETS
from spheres.seal import inside
from spheres.types import type_of
from tests.commanding import Response, fields, post
from tests.conftest import Cast, person

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
LOOK = {"hue": "teal", "shape": "star"}


def creates(cast: Cast, browse: Browse, **words: Any) -> Response:
    """Let Bob make a sphere of his own."""
    said: dict[str, Any] = LOOK | {"id": uuid7(), "name": "À nous", "context": "family", "type": "classic"} | words
    return post(browse(cast.bob), "/spheres/", fields(cast.bob, "spheres.create.1", **said))


def made() -> Sphere:
    return Sphere.objects.get(name="À nous")


@pytest.mark.parametrize("name", PRESETS)
def test_a_ready_made_sphere_is_what_its_sentence_says(cast: Cast, browse: Browse, name: str) -> None:
    assert creates(cast, browse, preset=name, context="association", type="public").status_code == 200
    assert (made().context, type_of(made())) == (PRESETS[name].context, PRESETS[name].type)
    with inside(made()):
        assert not Charter.objects.exists()


@pytest.mark.parametrize("name", [*PRESETS, ""])
def test_it_begins_with_a_charter_where_that_is_wanted(cast: Cast, browse: Browse, name: str) -> None:
    assert creates(cast, browse, preset=name, has_charter="on").status_code == 200
    with inside(made()):
        text = Charter.objects.get().text
    assert len(text.split("\n\n")) >= 3
    founder = Membership.objects.with_sphere().get(sphere=made())
    # Whoever makes it is asked nothing, and was shown nothing to agree to; whoever comes is asked.
    assert not founder.owes_charter
    with inside(made()):
        assert not Acceptance.objects.exists()
    gil = admit(founder, person("Gil"), name="Gil")
    gil.refresh_from_db()
    assert gil.owes_charter


def test_a_page_of_before_settles_it_itself(cast: Cast, browse: Browse) -> None:
    assert creates(cast, browse, context="association", type="public").status_code == 200
    assert (made().context, type_of(made())) == ("association", "public")


def test_what_is_not_ready_made_is_refused(cast: Cast, browse: Browse) -> None:
    assert creates(cast, browse, preset="castle").status_code == 422
    assert creates(cast, browse, preset="", has_charter="on", context="castle").status_code == 422
    assert not Sphere.objects.filter(name="À nous").exists()


@pytest.mark.parametrize(
    ("kind", "first"),
    [("company", "project"), ("association", "club"), ("school", "project"), ("family", "family"), ("other", "family")],
)
def test_an_organisation_is_proposed_what_its_kind_begins_with(browse: Browse, kind: str, first: str) -> None:
    founder: User = person("Gil")
    hall = found_organisation(founder, name="Lieu", kind=kind)
    page = browse(hall).get(f"/s/{hall.sphere.slug}/spheres/new/").content.decode()
    assert re.findall(r'name="preset" value="([a-z]*)"(?: checked)?', page)[0] == first
    assert re.findall(r'name="preset" value="([a-z]*)" checked', page) == [first]
    assert len(re.findall(r'name="preset"', page)) == len(PRESETS) + 1
