"""A guest whose address has an account asks that it be let in: one button, and those responsible say yes or no."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from accounts import ways
from journal import clock
from spheres.actions import archive, reopen
from spheres.guests.actions import cut_key
from spheres.guests.models import Key
from spheres.invitations.actions import decide
from spheres.invitations.models import Invitation, Request
from spheres.models import Membership
from tests.conftest import Cast
from tests.guests.growing import asks, identity, mailed_code, types
from tests.guests.making import fresh, is_in, made, opens
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
EVE = "eve@example.invalid"


def presses(client: Client) -> HttpResponse:
    """Press the button."""
    words = {"_identity": identity(client)}
    return client.post("/me/address/account/", words, headers={"accept-language": "en"})  # type: ignore[return-value]  # its own


def shown(cast: Cast, address: str = EVE) -> tuple[Key, Client]:
    """Let a guest show that an address with an account is theirs."""
    key = made(cast.alice)
    client = opens(key)
    asks(client, address)
    assert types(client, mailed_code(address)).status_code == 409
    return key, client


def test_one_button_asks_and_a_yes_lets_that_account_in(cast: Cast, browse: Browse) -> None:
    key, jeanne = shown(cast)
    for _ in range(2):
        answer = presses(jeanne)
        assert (answer.status_code, "Those responsible are asked" in answer.content.decode()) == (200, True)
    request = Request.objects.get()
    assert cast.eve.person
    assert (request.person, request.name) == (cast.eve.person, key.membership.name)
    rows = Device(browse(cast.alice), cast.alice).pull().shown.values()
    (row,) = [row for row in rows if row["k"] == "invitations.request"]
    assert "is a guest here, and asks with their account" in row["html"]
    assert not [row for row in rows if row["k"] == "invitations.invitation"]
    assert not Membership.objects.of(cast.eve.person).filter(sphere=cast.sphere).exists()
    decide(cast.alice, request, is_accepted=True)
    assert Membership.objects.of(cast.eve.person).get(sphere=cast.sphere).role == "member"
    # Two accounts are never made one.
    assert (is_in(jeanne, key), fresh(key).guest.email) == (True, None)
    assert "is in this sphere already" in presses(jeanne).content.decode()
    assert Request.objects.count() == 1


def test_a_no_ends_that_door_and_another_may_be_asked_for(cast: Cast) -> None:
    _key, jeanne = shown(cast)
    presses(jeanne)
    decide(cast.alice, Request.objects.get(), is_accepted=False)
    assert not Invitation.objects.standing().exists()
    presses(jeanne)
    assert (Request.objects.count(), Invitation.objects.standing().count()) == (2, 1)


def test_only_who_showed_the_address_asks_and_only_for_a_few_minutes(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    asks(jeanne, EVE)
    assert presses(jeanne).headers["Location"] == "/me/address/"
    assert types(jeanne, "BBBB-BBBB").status_code == 422
    assert presses(jeanne).headers["Location"] == "/me/address/"
    types(jeanne, mailed_code(EVE))
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert presses(jeanne).headers["Location"] == "/me/address/"
    assert presses(browse(cast.bob)).headers["Location"] == "/me/address/"
    assert presses(browse(None)).headers["Location"].startswith("/sign-in/")
    other = jeanne.post("/me/address/account/", {"_identity": "x"})
    assert (other.status_code, Request.objects.count()) == (412, 0)
    assert jeanne.get("/me/address/account/").status_code == 405
    assert presses(jeanne).status_code == 200
    assert Request.objects.count() == 1


def test_where_nobody_comes_in_the_page_says_so(cast: Cast) -> None:
    key, jeanne = shown(cast)
    archive(cast.alice)
    answer = presses(jeanne)
    assert (answer.status_code, "This sphere is archived" in answer.content.decode()) == (403, True)
    reopen(cast.alice)
    type(cast.eve.person).objects.filter(email=EVE).update(is_active=False)  # type: ignore[union-attr]  # Eve is somebody
    assert presses(jeanne).status_code == 404
    cut_key(cast.alice, key)
    assert presses(jeanne).headers["Location"].startswith("/sign-in/")
    assert Request.objects.count() == 0


def test_where_no_mail_goes_out_there_is_no_such_button(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _key, jeanne = shown(cast)
    monkeypatch.setattr(ways, "mails_go_out", [lambda: False])
    assert presses(jeanne).status_code == 404
    assert len(mail.outbox) == 1
