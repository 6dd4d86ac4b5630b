"""The icon on a guest's home screen opens their own link, and with it the sphere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from journal import clock
from spheres.actions import end_membership
from spheres.guests.actions import cut_key, renew_key
from spheres.guests.models import Browser, Key
from spheres.guests.tokens import token_of
from spheres.models import Membership
from tests.conftest import Cast
from tests.guests.making import browser, fresh, is_in, made, opens, page, path

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def manifest(client: Client) -> HttpResponse:
    """Ask as a browser does for a page of a guest: with its cookies."""
    return client.get("/manifest.webmanifest", headers={"accept-language": "en"})  # type: ignore[return-value]  # its own class


def start(client: Client) -> str:
    """Give what the icon opens."""
    said: dict[str, Any] = manifest(client).json()  # type: ignore[attr-defined]  # the test client's
    return str(said["start_url"])


def test_the_icon_opens_the_guests_own_link_and_leads_on_without_a_tap(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    whose = f"?for={key.guest.pk.hex}"
    assert start(jeanne) == path(key) + whose
    said = manifest(jeanne).json()  # type: ignore[attr-defined]  # the test client's
    assert (said["id"], said["name"], said["scope"]) == (f"/{whose}", "Chantier", "/")
    # One app on one phone for each guest: another's icon is not replaced.
    assert manifest(opens(made(cast.alice, "Papi"))).json()["id"] != said["id"]  # type: ignore[attr-defined]  # the same
    stored = [list(model.objects.values()) for model in (Key, Browser, Session)]
    for ask in (jeanne.get, jeanne.head):
        assert ask(start(jeanne)).headers["Location"] == f"/s/{cast.sphere.slug}/"
    assert [list(model.objects.values()) for model in (Key, Browser, Session)] == stored


def test_an_app_with_cookies_of_its_own_comes_in_by_the_button(cast: Cast) -> None:
    """On an iPhone what stands on the home screen does not know the browser's cookies."""
    key = made(cast.alice)
    icon = start(opens(key))
    app = browser()
    for _ in range(2):
        assert "Good day, Mamie Jeanne" in app.get(icon).content.decode()
    assert not is_in(app, key)
    assert app.post(icon).headers["Location"] == f"/s/{cast.sphere.slug}/"
    assert app.get(icon).headers["Location"] == f"/s/{cast.sphere.slug}/"
    with clock.at(clock.now() + timedelta(days=2)):
        late = browser()
        late.post(icon)
        assert (late.get(icon).status_code, is_in(late, key)) == (202, False)


def test_only_a_guests_own_session_is_told_a_link(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    jeanne, nobody = opens(key), manifest(browser()).content
    others = [browse(cast.alice), browse(cast.carol), browser()]
    with clock.at(clock.now() + timedelta(days=2)):
        others.append(opens(key))  # waits
    signed_in_otherwise = browser()
    signed_in_otherwise.force_login(key.guest)
    for client in (*others, signed_in_otherwise):
        assert manifest(client).content == nobody
    assert b"/k/" not in nobody
    answer = manifest(jeanne)
    assert (answer.headers["Cache-Control"], "Cookie" in answer.headers["Vary"]) == ("private, no-store", True)
    assert token_of(key) in answer.content.decode()
    cut_key(cast.alice, key)
    assert manifest(jeanne).content == nobody


def test_a_browser_that_another_person_signed_in_on_tells_no_link(cast: Cast) -> None:
    theirs, papi = made(cast.alice), opens(made(cast.alice, "Papi"))
    assert "/k/" in start(papi)
    Browser.objects.filter(session_key=papi.session.session_key).update(key=theirs)
    assert "/k/" not in start(papi)


def test_an_icon_of_an_earlier_link_still_leads_who_is_in(cast: Cast) -> None:
    key = made(cast.alice)
    old = start(opens(key))
    cut_key(cast.alice, key)
    renew_key(cast.alice, key)
    jeanne = opens(fresh(key))
    assert jeanne.get(old).headers["Location"] == f"/s/{cast.sphere.slug}/"
    assert start(jeanne) != old
    assert browser().get(old).status_code == 410
    end_membership(key.membership, key.membership)
    assert jeanne.get(old).status_code == 410
    assert "/k/" not in start(jeanne)


def test_only_a_guests_pages_ask_for_the_manifest_with_cookies(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    jeanne, bob = opens(key), browse(cast.bob)
    named, with_cookies = 'rel="manifest"', 'crossorigin="use-credentials"'
    for where in (f"/s/{cast.sphere.slug}/", "/me/"):
        assert [part in jeanne.get(where).content.decode() for part in (named, with_cookies)] == [True, True]
        assert [part in bob.get(where).content.decode() for part in (named, with_cookies)] == [True, False]
    shells = jeanne.get(f"/s/{cast.sphere.slug}/shells/").json()["shells"]
    assert all(with_cookies in shell["html"] for shell in shells)
    assert token_of(key) not in str(shells)
    # An icon that is made of the link's page opens that page.
    assert named not in page(browser(), key)
    with clock.at(clock.now() + timedelta(days=2)):
        assert named not in page(opens(key), key)
