"""To somebody with a direct link the sphere is home: no spheres, no bar, and the way back in is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from spheres.actions import end_membership
from spheres.models import Membership
from tests.conftest import Cast
from tests.guests.making import made, opens

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def test_home_leads_to_the_one_sphere(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    assert jeanne.get("/").headers["Location"] == f"/s/{cast.sphere.slug}/"
    assert browse(cast.bob).get("/").status_code == 200
    end_membership(key.membership, key.membership)
    assert jeanne.get("/").status_code == 200


def test_no_device_keeps_a_home_that_is_none(cast: Cast, browse: Browse) -> None:
    kept = {
        who: {shell["name"] for shell in client.get("/shells/").json()["shells"]}
        for who, client in {"bob": browse(cast.bob), "jeanne": opens(made(cast.alice))}.items()
    }
    assert kept["bob"] - kept["jeanne"] == {"spheres:home"}


def test_a_guest_sees_no_bar_and_no_spheres_in_page_and_shell(cast: Cast, browse: Browse) -> None:
    jeanne, bob = opens(made(cast.alice)), browse(cast.bob)
    for path in (f"/s/{cast.sphere.slug}/", "/me/"):
        theirs, ours = (client.get(path).content.decode() for client in (jeanne, bob))
        assert all(part in ours for part in ('class="bar"', 'class="rail"'))
        assert not any(part in theirs for part in ('class="bar"', 'class="rail"'))
        assert "data-guest" in theirs
        assert "data-guest" not in ours
        # What waits to be sent is on screen, and so is the way out.
        assert all(part in theirs for part in ("<outbox-badge", 'href="/me/"'))
    for shell in jeanne.get(f"/s/{cast.sphere.slug}/shells/").json()["shells"]:
        assert 'class="bar"' not in shell["html"]


def test_who_signs_out_reads_how_to_come_back(cast: Cast, browse: Browse) -> None:
    said = "Your link opens the same place again"
    assert said in opens(made(cast.alice)).get("/me/").content.decode()
    assert said not in browse(cast.bob).get("/me/").content.decode()
    assert (
        "The same link opens the same place again"
        in browse(None).get("/signed-out/", headers={"accept-language": "en"}).content.decode()
    )
