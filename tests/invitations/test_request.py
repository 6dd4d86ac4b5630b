"""Asking to come in, and saying yes or no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alveole.hosting.mail import OURS
from journal.errors import Refused
from spheres.actions import admit
from spheres.invitations import rules
from spheres.invitations.actions import ask, come_in, decide, revoke
from spheres.invitations.models import Request
from spheres.models import Membership, Sphere
from tests.commanding import fields, post
from tests.conftest import Cast, person
from tests.invitations.making import NEW, PASSWORD, fresh, made, path, place_of
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def rows(browse: Browse, member: Membership) -> list[dict[str, Any]]:
    shown = Device(browse(member), member).pull().shown.values()
    return [row for row in shown if row["k"] == "invitations.request"]


def test_somebody_asks_and_comes_in_by_a_yes(cast: Cast, browse: Browse) -> None:
    invitation, eve, alice = made(cast.alice, needs_approval=True), browse(cast.eve), browse(cast.alice)
    assert "Ask to come in" in eve.get(path(invitation)).content.decode()
    for _ in range(2):
        assert "You asked to come in" in eve.post(path(invitation), {"name": "Ève"}, follow=True).content.decode()
    assert eve.get(f"/s/{cast.sphere.slug}/").status_code == 404
    (row,) = rows(browse, cast.alice)
    assert "Ève asks to come in" in row["html"]
    assert (row["facts"]["name"], row["facts"]["by_name"]) == ("Ève", "Alice")
    for _ in range(2):
        answer = post(alice, row["facts"]["accept_url"], fields(cast.alice, "invitations.accept.1"))
        assert answer.status_code == 200
    assert eve.get(f"/s/{cast.sphere.slug}/").status_code == 200
    assert "You are in already" in eve.get(path(invitation)).content.decode()
    assert (place_of("Eve", cast).name, fresh(invitation).uses, rows(browse, cast.alice)) == ("Ève", 1, [])


def test_a_no_is_said_and_may_be_asked_again(cast: Cast, browse: Browse) -> None:
    invitation, eve = made(cast.alice, needs_approval=True), browse(cast.eve)
    eve.post(path(invitation), {"name": "Eve"})
    (row,) = rows(browse, cast.alice)
    post(browse(cast.alice), row["facts"]["decline_url"], fields(cast.alice, "invitations.decline.1"))
    assert rows(browse, cast.alice) == []
    assert "They said no last time" in eve.get(path(invitation)).content.decode()
    eve.post(path(invitation), {"name": "Eve"})
    assert len(rows(browse, cast.alice)) == 1
    revoke(cast.alice, invitation)
    assert eve.get(path(invitation)).status_code == 200  # she still waits
    decide(cast.alice, Request.objects.waiting().get(), is_accepted=False)
    assert eve.get(path(invitation)).status_code == 410


def test_the_first_answer_counts(cast: Cast) -> None:
    invitation = made(cast.alice, needs_approval=True, max_uses=None)
    for first in (True, False):
        request = ask(person(f"Gil{first}"), invitation, name="Gil")
        decide(cast.alice, request, is_accepted=first)
        decide(cast.alice, request, is_accepted=not first)
        request.refresh_from_db()
        assert request.is_accepted == first
        assert Membership.objects.of(request.person).exists() == first


def test_a_yes_needs_no_place_of_the_invitation(cast: Cast) -> None:
    invitation = made(cast.alice, needs_approval=True, max_uses=1)
    asked = [ask(person(name), invitation, name=name) for name in ("Gil", "Hana")]
    for request in asked:
        decide(cast.alice, request, is_accepted=True)
        assert place_of(request.name, cast).role == "member"
    with pytest.raises(rules.Closed):
        ask(person("Ines"), invitation, name="Ines")


def test_somebody_brought_in_meanwhile_keeps_their_one_place(cast: Cast) -> None:
    request = ask(person("Gil"), made(cast.alice, needs_approval=True), name="Gil")
    admit(cast.alice, request.person, name="Gilbert")
    decide(cast.alice, request, is_accepted=True)
    assert place_of("Gil", cast).name == "Gilbert"


def test_somebody_who_was_removed_asks_by_any_link(cast: Cast, browse: Browse) -> None:
    invitation = made(cast.alice)
    browse(cast.dan).post(path(invitation), {"name": "Dan"})
    decide(cast.alice, Request.objects.get(), is_accepted=True)
    assert browse(cast.dan).get(f"/s/{cast.sphere.slug}/").status_code == 200


def test_only_those_responsible_decide(cast: Cast, browse: Browse) -> None:
    request = ask(person("Gil"), made(cast.alice, needs_approval=True), name="Gil")
    for member in (cast.bob, cast.eve):
        for answer in (True, False):
            with pytest.raises(Refused):
                decide(member, request, is_accepted=answer)
    for member in (cast.bob, cast.carol):
        assert rows(browse, member) == []
        address = reverse("invitations:admission", args=[cast.sphere.slug, request.pk])
        assert post(browse(member), address, fields(member, "invitations.accept.1")).status_code == 404
    decide(cast.alice, request, is_accepted=True)
    assert place_of("Gil", cast).is_open


def test_a_role_that_the_sphere_no_longer_has_is_given_by_no_yes(cast: Cast) -> None:
    request = ask(person("Gil"), made(cast.alice, needs_approval=True, role="visitor"), name="Gil")
    Sphere.objects.filter(pk=cast.sphere.pk).update(joining="invitation")
    with pytest.raises(Refused):
        decide(cast.alice, request, is_accepted=True)
    decide(cast.alice, request, is_accepted=False)


def test_an_approval_is_not_gone_around(cast: Cast) -> None:
    with pytest.raises(rules.NeedsApproval):
        come_in(person("Gil"), made(cast.alice, needs_approval=True), name="Gil")


def test_somebody_without_account_and_without_mail_asks(cast: Cast, browse: Browse, settings: Any) -> None:
    settings.EMAIL_BACKEND = OURS
    invitation, jeanne = made(cast.alice, needs_approval=True), browse(None)
    said = NEW | {"password": PASSWORD}
    answer = jeanne.post(f"{path(invitation)}/arrival", said, headers={"accept-language": "en"}, follow=True)
    assert "You asked to come in" in answer.content.decode() or "Vous avez demandé" in answer.content.decode()
    assert Request.objects.get().name == "Jeanne Martin"
    assert str(Request.objects.get()) == "Jeanne Martin"
