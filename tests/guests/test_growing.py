"""A guest keeps their place with an e-mail address: the same person, the same place, with an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils.translation import override

from accounts.models import User
from journal import clock
from journal.errors import Refused
from journal.ids import uuid7
from messaging.models import Message
from spheres.actions import create_sphere, end_membership, give_role
from spheres.guests.actions import cut_browser, cut_key, grow, renew_key
from spheres.guests.models import Browser, Key
from spheres.invitations.actions import come_in
from spheres.models import Membership
from spheres.seal import inside
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.guests.growing import JEANNE, asks, grown, keeps, mailed_code, types
from tests.guests.making import browser, fresh, is_in, made, opens, path, rows
from tests.invitations import making as invitations

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def said(client: Client, path: str) -> str:
    answer: HttpResponse = client.get(path, headers={"accept-language": "en"})  # type: ignore[assignment]  # its own
    return answer.content.decode()


def test_the_same_person_in_the_same_place_with_an_account(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    jeanne, elsewhere = opens(key), opens(key)
    words = fields(key.membership, "messaging.send.1", id=str(uuid7()), body="Bonjour à tous")
    talk = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"
    assert post(jeanne, f"{talk}messages/", words).status_code == 200
    assert "Keep your place with an e-mail address" in said(jeanne, "/me/")

    assert asks(jeanne, " Jeanne@Example.invalid ").headers["Location"] == "/me/address/"
    assert [sent.to for sent in mail.outbox] == [[JEANNE]]
    assert JEANNE in said(jeanne, "/me/address/")
    assert types(jeanne, mailed_code()).headers["Location"] == "/me/address/"
    assert "Your place is kept" in said(jeanne, "/me/address/")

    person = User.objects.get(email=JEANNE)
    assert (person.pk, person.name) == (key.guest.pk, "Mamie Jeanne")
    place = Membership.objects.get(person=person)
    assert (place.pk, place.role, place.is_open) == (key.membership.pk, "guest", True)
    with inside(cast.sphere):
        assert Message.objects.get(body="Bonjour à tous").author_id == place.pk
    for client in (jeanne, elsewhere):
        assert is_in(client, key)
        assert "data-guest" not in said(client, "/me/")
        assert "Keep your place" not in said(client, "/me/")
    assert jeanne.get("/").status_code == 200

    new = browser()
    new.post("/sign-in/code/", {"email": JEANNE})
    new.post("/sign-in/code/confirm/", {"code": mailed_code()})
    assert "Bonjour à tous" in said(new, talk)


def test_the_link_ends_and_its_maker_reads_why(cast: Cast, browse: Browse) -> None:
    key, late = made(cast.alice), browser()
    old, link = path(key), opens(key)
    assert keeps(link)
    assert not Browser.objects.exists()
    assert late.get(old).status_code == 410
    answer = late.get(grown(key))
    assert (answer.status_code, "Mamie Jeanne has an account now" in answer.content.decode()) == (410, True)
    assert late.post(grown(key)).status_code == 410
    # Whoever is in already is led on: an icon on the home screen goes on opening the place.
    assert link.get(grown(key)).headers["Location"] == f"/s/{cast.sphere.slug}/"
    # The link does not come back, whatever becomes of the account.
    User.objects.filter(pk=key.guest.pk).update(email=None)
    assert [late.get(one).status_code for one in (old, grown(key))] == [410, 410]
    User.objects.filter(pk=key.guest.pk).update(email=JEANNE)
    (row,) = rows(browse(cast.alice), cast.alice)
    assert (row["facts"]["is_outgrown"], row["facts"]["browsers"]) == (True, [])
    assert "Has an account now" in row["html"]
    page = said(browse(cast.alice), f"/s/{cast.sphere.slug}/guests/{key.pk}/")
    assert ("has an account now" in page, "/k/" in page, "Make another link" in page) == (True, False, False)
    assert rows(browse(cast.bob), cast.bob) == []
    end_membership(key.membership, fresh(key).membership)
    assert rows(browse(cast.alice), cast.alice) == []


def test_an_accounts_browsers_are_nobody_elses(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    came = Browser.objects.get()
    assert keeps(jeanne)
    for act in (cut_key, renew_key):
        with pytest.raises(Refused, match="has an account"), override("en"):
            act(cast.alice, fresh(key))
    with pytest.raises(Refused, match="has an account"), override("en"):
        cut_browser(cast.alice, came)
    assert is_in(jeanne, key)
    # Out of the sphere, and still signed in: an account is more than one place.
    end_membership(cast.alice, fresh(key).membership)
    assert (is_in(jeanne, key), jeanne.get("/").status_code) == (False, 200)


def test_the_role_stays_until_somebody_responsible_gives_another(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    with pytest.raises(Refused):
        give_role(cast.alice, key.membership, role="member")
    assert keeps(opens(key))
    place = fresh(key).membership
    assert place.role == "guest"
    with pytest.raises(Refused):
        give_role(cast.bob, place, role="member")
    page = said(browse(cast.alice), f"/s/{cast.sphere.slug}/members/{place.pk}/")
    assert re.findall(r'<option value="(\w+)"[^>]* selected', page) == ["guest"]  # and not the first of the others
    give_role(cast.alice, place, role="member")
    with pytest.raises(Refused):
        give_role(cast.alice, fresh(key).membership, role="guest")
    assert fresh(key).membership.role == "member"
    # And the person may be elsewhere too.
    assert create_sphere(fresh(key).guest, name="À moi").is_open
    assert come_in(fresh(key).guest, invitations.made(cast.eve), name="Jeanne").is_open


def test_a_wrong_address_stays_in_its_form(cast: Cast, settings: Any) -> None:
    jeanne = opens(made(cast.alice))
    answer = asks(jeanne, "jeanne@example")
    assert (answer.status_code, 'value="jeanne@example"' in answer.content.decode()) == (422, True)
    settings.EMAIL_BACKEND = "tests.guests.growing.Refusing"
    answer = asks(jeanne, JEANNE)
    assert answer.status_code == 503
    assert all(part in answer.content.decode() for part in (f'value="{JEANNE}"', "try again in a few minutes"))
    assert types(jeanne, "ABCD-EFGH").status_code == 422  # nothing was claimed
    assert 'data-online-only="The site mails a code: this needs the network."' in said(jeanne, "/me/")


def test_a_wrong_code_is_said_and_five_end_it(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    asks(jeanne, JEANNE)
    right = mailed_code()
    for _ in range(4):
        answer = types(jeanne, "BBBB-BBBB")
        assert (answer.status_code, "not the code that we sent" in answer.content.decode()) == (422, True)
    assert types(jeanne, "").status_code == 422
    answer = types(jeanne, "BBBB-BBBB")
    assert all(part in answer.content.decode() for part in ("wrong too often", f'value="{JEANNE}"'))
    assert (types(jeanne, right).status_code, fresh(key).guest.email) == (422, None)
    asks(jeanne, JEANNE)
    types(jeanne, f" {mailed_code().lower().replace('-', ' ')} ")
    assert fresh(key).guest.email == JEANNE


def test_a_code_expires_and_the_next_one_replaces_it(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    asks(jeanne, JEANNE)
    first = mailed_code()
    with clock.at(clock.now() + timedelta(minutes=10, seconds=1)):
        answer = types(jeanne, first)
        assert (answer.status_code, "too old" in answer.content.decode()) == (422, True)
        assert f'value="{JEANNE}"' in said(jeanne, "/me/address/")
    asks(jeanne, JEANNE)
    assert (types(jeanne, first).status_code, fresh(key).guest.email) == (422, None)
    with clock.at(clock.now() + timedelta(minutes=9)):
        types(jeanne, mailed_code())
    assert fresh(key).guest.email == JEANNE


def test_a_code_is_for_one_address_in_one_browser_once(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne, other = opens(key), opens(made(cast.alice, "Papi"))
    asks(jeanne, JEANNE)
    asks(other, "papi@example.invalid")
    theirs = mailed_code(JEANNE)
    assert types(other, theirs).status_code == 422
    for _ in range(2):  # pressed twice
        assert types(jeanne, theirs).headers["Location"] == "/me/address/"
    session = Session.objects.get(session_key=jeanne.session.session_key).get_decoded()
    assert JEANNE not in str(session)
    shown = Key.objects.get(pk=key.pk)
    grow(fresh(key).membership, shown, address="another@example.invalid", session_key=jeanne.session.session_key)
    assert fresh(key).guest.email == JEANNE


def test_a_code_is_kept_nowhere(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    jeanne = opens(made(cast.alice))
    with caplog.at_level("DEBUG"):
        asks(jeanne, JEANNE)
        types(jeanne, "BBBB-BBBB")
    code = mailed_code()
    assert code not in str(Session.objects.get(session_key=jeanne.session.session_key).get_decoded())
    logged = str([one.__dict__ for one in caplog.records if one.name.startswith("alveole")])
    assert not any(word in logged for word in (code, JEANNE))
