"""An invitation by link: what its address is made of, what its page says, and coming in by it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404
from django.test import Client

from accounts.models import User
from journal import clock
from spheres.actions import admit, end_membership
from spheres.invitations import rules
from spheres.invitations.actions import come_in, revoke
from spheres.invitations.models import Invitation
from spheres.invitations.tokens import invitation_of, token_of
from spheres.models import Membership
from tests.conftest import Cast, person
from tests.invitations.making import NEW, fresh, made, path, place_of

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def test_a_link_is_short_and_nothing_of_it_is_stored(cast: Cast) -> None:
    invitation = made(cast.alice)
    token = token_of(invitation)
    assert path(invitation) == f"/i/{token}"
    assert len(token) == 43
    assert invitation_of(token) == invitation
    proof = base64.urlsafe_b64decode(token + "=")[16:]
    stored = [str(value) for value in Invitation.objects.values_list().get(pk=invitation.pk)]
    assert not any(proof.hex() in value or token[22:] in value for value in stored)


def test_garbage_and_forgeries_get_the_same_bytes_as_nowhere(cast: Cast, browse: Browse, settings: Any) -> None:
    settings.ALVEOLE_LIMITS = False  # asked more often than anybody may
    token = token_of(made(cast.alice))
    other = "A" if token[30] != "A" else "B"
    forged = token[:30] + other + token[31:]
    respelled = token[:-1] + chr(ord(token[-1]) + 1)  # other spare bits, the same bytes
    strangers = [forged, respelled, "A" * 43, "x", token + "A", token[:-1], "é" * 43]
    client = browse(None)
    assert client.get(f"/i/{token}").status_code == 200
    nowhere = client.get("/nowhere/")
    for made_up in strangers:
        for way in (f"/i/{made_up}", f"/i/{made_up}/arrival"):
            for answer in (client.get(f"/i/{made_up}"), client.post(way, NEW)):
                assert (answer.status_code, answer.content) == (404, nowhere.content)


def test_another_site_s_secret_opens_nothing(cast: Cast, settings: Any) -> None:
    token = token_of(made(cast.alice))
    settings.SECRET_KEY = "another"
    with pytest.raises(Http404):
        invitation_of(token)


def test_looking_spends_nothing(cast: Cast, browse: Browse) -> None:
    invitation = made(cast.alice)
    before = Invitation.objects.values().get(pk=invitation.pk)
    for visitor in (None, cast.eve):
        for _ in range(3):
            assert browse(visitor).get(path(invitation)).status_code == 200
            assert browse(visitor).head(path(invitation)).status_code == 200
    assert Invitation.objects.values().get(pk=invitation.pk) == before


def test_a_link_is_in_no_log(cast: Cast, browse: Browse, caplog: pytest.LogCaptureFixture) -> None:
    token = token_of(made(cast.alice))
    assert Client(enforce_csrf_checks=True).post(f"/i/{token}").status_code == 403
    with caplog.at_level("INFO", logger="alveole.requests"):
        browse(None).get(f"/i/{token}")
    assert "invitations:landing" in str([record.__dict__ for record in caplog.records])
    assert token not in str([record.__dict__ for record in caplog.records if record.name.startswith("alveole")])
    assert token not in caplog.text


# Coming in with an account.


def test_somebody_signed_in_comes_in_under_the_name_they_choose(cast: Cast, browse: Browse) -> None:
    invitation, eve = made(cast.alice, max_uses=5), browse(cast.eve)
    page = eve.get(path(invitation)).content.decode()
    assert 'value="Eve"' in page
    assert all(said in page for said in ("Alice", "Chantier", f'data-hue="{cast.sphere.hue}"'))
    answer = eve.post(path(invitation), {"name": "Ève du canal"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/s/{cast.sphere.slug}/")
    assert eve.get(f"/s/{cast.sphere.slug}/").status_code == 200
    assert place_of("Eve", cast).name == "Ève du canal"
    assert (fresh(invitation).uses, place_of("Eve", cast).role) == (1, "member")


def test_a_name_that_is_missing_is_said_at_its_field(cast: Cast, browse: Browse) -> None:
    invitation = made(cast.alice)
    answer = browse(cast.eve).post(path(invitation), {"name": " "})
    assert (answer.status_code, fresh(invitation).uses) == (422, 0)
    assert "errorlist" in answer.content.decode()


def test_a_member_is_in_already_and_takes_no_place(cast: Cast, browse: Browse) -> None:
    invitation, bob = made(cast.alice), browse(cast.bob)
    assert "You are in already" in bob.get(path(invitation)).content.decode()
    assert bob.post(path(invitation), {"name": "Robert"}).status_code == 302
    assert (fresh(invitation).uses, Membership.objects.get(pk=cast.bob.pk).name) == (0, "Bob")


def test_somebody_who_was_removed_does_not_come_back_by_a_link(cast: Cast, browse: Browse) -> None:
    invitation = made(cast.alice, max_uses=None)
    assert cast.dan.person is not None
    assert "Ask to come in" in browse(cast.dan).get(path(invitation)).content.decode()
    with pytest.raises(rules.NeedsApproval):
        come_in(cast.dan.person, invitation, name="Dan")
    assert fresh(invitation).uses == 0


def test_somebody_who_left_by_themself_may_come_back(cast: Cast, browse: Browse) -> None:
    end_membership(cast.bob, cast.bob)
    assert browse(cast.bob).post(path(made(cast.alice)), {"name": "Bob"}).status_code == 302
    assert place_of("Bob", cast).is_open


def spent(cast: Cast) -> str:
    invitation = made(cast.alice)
    come_in(person("Gil"), invitation, name="Gil")
    return token_of(invitation)


def expired(cast: Cast) -> str:
    with clock.at(clock.now() - timedelta(days=2)):
        return token_of(made(cast.alice, days=1))


def revoked(cast: Cast) -> str:
    invitation = made(cast.alice)
    revoke(cast.alice, invitation)
    return token_of(invitation)


def without_right(cast: Cast) -> str:
    gil = admit(cast.alice, person("Gil"), role="publisher", name="Gil")
    invitation = made(gil)
    end_membership(cast.alice, gil)
    return token_of(invitation)


ENDS = {
    spent: "This invitation has been used",
    expired: "This invitation is too old",
    revoked: "This invitation was taken back",
    without_right: "This invitation was taken back",
}


@pytest.mark.parametrize(("end", "said"), ENDS.items())
def test_what_no_longer_works_is_said_in_plain_words(
    cast: Cast, browse: Browse, end: Callable[[Cast], str], said: str
) -> None:
    token = end(cast)
    for visitor in (None, cast.eve):
        answer = browse(visitor).get(f"/i/{token}", headers={"accept-language": "en"})
        assert (answer.status_code, said in answer.content.decode()) == (410, True)
    answer = browse(cast.eve).post(f"/i/{token}", {"name": "Eve"}, follow=True)
    assert answer.status_code == 410
    assert browse(None).post(f"/i/{token}/arrival", NEW).status_code == 302
    assert not User.objects.filter(email=NEW["email"]).exists()


def test_a_link_that_ends_between_the_page_and_its_button_says_so(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation = made(cast.alice)

    def late(*said: Any, **more: Any) -> Membership:
        revoke(cast.alice, invitation)
        return come_in(*said, **more)

    monkeypatch.setattr("spheres.invitations.views.actions.come_in", late)
    assert browse(cast.eve).post(path(invitation), {"name": "Eve"}, follow=True).status_code == 410
