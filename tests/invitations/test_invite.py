"""Making invitations, who may, who learns of them, and taking them back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from journal import clock
from journal.errors import Conflict, Refused
from journal.ids import uuid7
from journal.models import Entry
from spheres.actions import admit, create_sphere
from spheres.invitations import rules
from spheres.invitations.actions import come_in, end_expired, invite, revoke
from spheres.invitations.actions.inviting import _expire
from spheres.invitations.models import Invitation
from spheres.invitations.tasks import end_expired as end_expired_by_the_clock
from spheres.invitations.tokens import invitation_of, token_of
from spheres.models import Membership, Sphere
from spheres.organisations.models import Holding
from spheres.seal import inside
from tests.commanding import Response, fields, post
from tests.conftest import Cast, person
from tests.guests import making as guests
from tests.invitations.making import fresh, made
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def invite_by_form(client: Client, by: Membership, **said: Any) -> Response:
    words: dict[str, Any] = {"id": str(uuid7()), "role": "member", "days": "14", "max_uses": "1", "note": "", **said}
    return post(client, f"/s/{by.sphere.slug}/invitations/", fields(by, "invitations.invite.1", **words), device=False)


def test_a_form_makes_a_link_and_shows_it(cast: Cast, browse: Browse) -> None:
    alice = browse(cast.alice)
    answer = invite_by_form(alice, cast.alice, role="visitor", days="30", max_uses="", note="pour le chantier")
    invitation = Invitation.objects.whole().get()
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        reverse("invitations:invitation", args=[cast.sphere.slug, invitation.pk]),
    )
    assert (invitation.role, invitation.max_uses, invitation.note) == ("visitor", None, "pour le chantier")
    assert invitation.expires_at - invitation.created_at == timedelta(days=30)
    page = alice.get(answer.headers["Location"]).content.decode()
    assert token_of(invitation) in page


@pytest.mark.parametrize(
    "wrong", [{"role": "emperor"}, {"role": "guest"}, {"days": "365"}, {"max_uses": "0"}, {"id": "x"}]
)
def test_what_the_form_does_not_offer_is_refused(cast: Cast, browse: Browse, wrong: dict[str, str]) -> None:
    assert invite_by_form(browse(cast.alice), cast.alice, **wrong).status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("role", "gives"),
    [
        ("administrator", {"member", "visitor", "publisher", "administrator"}),
        ("publisher", {"member", "visitor"}),
        ("member", {"visitor"}),
        ("visitor", {"visitor"}),
        ("guest", set()),
    ],
)
def test_nobody_gives_more_than_their_role_allows(cast: Cast, role: str, gives: set[str]) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    member = admit(cast.alice, person("Gil"), role=role, name="Gil")
    assert set(rules.roles_to_give(member)) == gives
    for given in rules.BY_LINK:
        if given in gives:
            assert made(member, role=given).state == "open"
        else:
            with pytest.raises(Refused):
                made(member, role=given)


def test_a_guest_is_made_by_no_link_of_this_kind(cast: Cast) -> None:
    with pytest.raises(Refused):
        made(cast.alice, role="guest")


def test_a_link_to_the_whole_responsibility_is_for_one(cast: Cast) -> None:
    assert made(cast.alice, role="administrator", max_uses=1).state == "open"
    for many in (2, None):
        with pytest.raises(Refused):
            made(cast.alice, role="administrator", max_uses=many)


def test_an_id_is_used_once(cast: Cast) -> None:
    first = made(cast.alice)
    with pytest.raises(Conflict):
        invite(cast.alice, id=first.pk)


def test_a_link_is_worth_what_its_inviter_may_do_now(cast: Cast) -> None:
    gil = admit(cast.alice, person("Gil"), role="publisher", name="Gil")
    invitation = made(gil)
    assert fresh(invitation).state == "open"
    Membership.objects.filter(pk=gil.pk).update(role="member")
    assert fresh(invitation).state == "revoked"


def seen(browse: Browse, member: Membership) -> set[str]:
    rows = Device(browse(member), member).pull().shown.values()
    return {row["id"] for row in rows if row["k"] == "invitations.invitation"}


def test_only_whoever_made_it_and_those_responsible_learn_of_it(cast: Cast, browse: Browse) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    invitation = made(cast.bob, role="visitor", note="ma cousine")
    assert seen(browse, cast.alice) == seen(browse, cast.bob) == {str(invitation.pk)}
    assert seen(browse, cast.carol) == seen(browse, cast.eve) == set()
    address = reverse("invitations:invitation", args=[cast.sphere.slug, invitation.pk])
    statuses = [browse(who).get(address).status_code for who in (cast.alice, cast.bob, cast.carol, cast.dan, cast.eve)]
    assert statuses == [200, 200, 404, 404, 404]
    assert not Entry.objects.filter(journal=cast.sphere.journal, kind="invitations.invitation").exists()


def test_a_row_holds_no_link(cast: Cast, browse: Browse) -> None:
    token = token_of(made(cast.alice))
    rows = str(Device(browse(cast.alice), cast.alice).pull().store)
    assert "invitations.invitation" in rows
    assert token not in rows
    assert "/i/" not in rows
    assert token not in browse(cast.alice).get(f"/s/{cast.sphere.slug}/invitations/").content.decode()


def test_those_who_may_not_invite_are_told_who_does(cast: Cast, browse: Browse) -> None:
    address = f"/s/{cast.sphere.slug}/invitations/"
    assert "Make the link" in browse(cast.alice).get(address).content.decode()
    page = browse(cast.bob).get(address).content.decode()
    assert "Make the link" not in page
    assert "those responsible invite" in page


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_it_is_taken_back_by_its_maker_or_somebody_responsible(cast: Cast, who: str) -> None:
    Sphere.objects.filter(pk=cast.sphere.pk).update(members_invite=True)
    invitation = made(cast.bob, role="visitor")
    token = token_of(invitation)
    with pytest.raises(Refused):
        revoke(cast.carol, invitation)
    for _ in range(2):
        revoke(getattr(cast, who), invitation)
    assert fresh(invitation).generation == 1
    assert token_of(fresh(invitation)) != token
    assert invitation_of(token).state == "revoked"


def test_a_link_of_an_earlier_generation_lets_nobody_in_whatever_became_of_the_invitation(cast: Cast) -> None:
    invitation = made(cast.alice)
    token = token_of(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(generation=1)
    assert (fresh(invitation).state, invitation_of(token).state) == ("open", "revoked")


def test_nobody_takes_back_what_is_of_another_sphere(cast: Cast) -> None:
    with pytest.raises(Refused):
        revoke(cast.eve, made(cast.alice))


@pytest.mark.parametrize("how", ["used", "revoked", "expired"])
def test_what_ended_leaves_the_lists(cast: Cast, browse: Browse, how: str) -> None:
    invitation = made(cast.alice)
    device = Device(browse(cast.alice), cast.alice).pull()
    if how == "used":
        come_in(person("Gil"), invitation, name="Gil")
        revoke(cast.alice, invitation)  # of a link that is used up: it is gone already
    elif how == "revoked":
        revoke(cast.alice, invitation)
    else:
        with clock.at(clock.now() + timedelta(days=15)):
            end_expired_by_the_clock()
            assert end_expired() == 0
    caches["rows"].clear()
    assert device.pull().shown == Device(browse(cast.alice), cast.alice).pull().shown
    assert not [row for row in device.shown.values() if row["k"] == "invitations.invitation"]


def test_one_that_is_revoked_while_the_clock_looks_is_told_once(cast: Cast) -> None:
    invitation = made(cast.alice)
    revoke(cast.alice, invitation)
    told = Entry.objects.filter(object_id=invitation.pk).count()
    assert not _expire(invitation.pk)
    assert Entry.objects.filter(object_id=invitation.pk).count() == told


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_last_place_at_once_one_comes_in(cast: Cast) -> None:
    invitation = made(cast.alice, max_uses=5)
    Invitation.objects.filter(pk=invitation.pk).update(uses=4)
    people, together = [person("Gil"), person("Hana")], Barrier(2)
    outcomes: list[str] = []

    def take(number: int) -> None:
        try:
            together.wait(30)
            come_in(people[number], fresh(invitation), name="x")
            outcomes.append("in")
        except rules.Closed as closed:
            outcomes.append(closed.state)
        finally:
            connection.close()

    taking = [Thread(target=take, args=[number]) for number in range(2)]
    for thread in taking:
        thread.start()
    for thread in taking:
        thread.join()
    assert sorted(outcomes) == ["in", "used-up"]
    assert fresh(invitation).uses == 5
    assert Membership.objects.filter(sphere=cast.sphere, person__in=people).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_person_who_taps_twice_takes_one_place(cast: Cast) -> None:
    invitation, gil, together = made(cast.alice, max_uses=5), person("Gil"), Barrier(2)
    places: list[object] = []

    def tap() -> None:
        together.wait(30)
        places.append(come_in(gil, fresh(invitation), name="Gil").pk)
        connection.close()

    tapping = [Thread(target=tap) for _ in range(2)]
    for thread in tapping:
        thread.start()
    for thread in tapping:
        thread.join()
    assert len(places) == 2
    assert len(set(places)) == 1
    assert fresh(invitation).uses == 1


def online_only(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from online_only(entry.url_patterns, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif getattr(entry.callback, "online_only", ""):
            yield f"{prefix}{entry.name}", entry.callback.online_only


def test_what_cannot_wait_in_the_outbox_is_known_and_says_why(cast: Cast, browse: Browse) -> None:
    forms = dict(online_only(get_resolver().url_patterns))
    here, alice = f"/s/{cast.sphere.slug}/invitations/", browse(cast.alice)
    preview = {"text": "jeanne@example.invalid", "role": "member", "days": "7", "language": "fr"}
    shown = {
        "guests:keys": alice.get(f"/s/{cast.sphere.slug}/guests/"),
        "guests:address": guests.opens(guests.made(cast.alice)).get("/me/"),
        "accounts:again": alice.get("/me/second-factor/again/"),
        "invitations:invitations": alice.get(here),
        "invitations:mailings": alice.post(f"{here}by-mail/", preview),
    }
    Sphere.objects.filter(pk=cast.sphere.pk).update(is_hall=True)
    made = create_sphere(person("Gil"), name="À part", organisation=cast.sphere.organisation)
    with inside(cast.sphere):
        holding = Holding.objects.get(held=made.sphere)
    shown["organisations:appointment"] = alice.get(f"/s/{cast.sphere.slug}/spheres/all/{holding.pk}/appointment/")
    assert set(forms) == set(shown)
    for name, reason in forms.items():
        assert f'data-online-only="{reason}"' in shown[name].content.decode()
