"""Keeping a place where that cannot be: the address is somebody's, the guest was cut, or it is not theirs to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection
from django.http import Http404
from django.test import Client
from pytest_django import Settings

from accounts import ways
from accounts.models import User
from alveole import limits
from journal import clock
from journal.errors import Conflict
from spheres.actions import delete_sphere, end_membership, restore_sphere
from spheres.guests import rules
from spheres.guests.actions import cut_browser, cut_key, grow
from spheres.guests.models import Browser
from spheres.models import Membership
from tests.conftest import Cast
from tests.guests.growing import JEANNE, asks, grown, keeps, mailed_code, types
from tests.guests.making import browser, fresh, is_in, made, opens

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
BOB = "bob@example.invalid"


def test_an_address_with_an_account_is_told_to_its_reader_alone(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne, papi = opens(key), opens(made(cast.alice, "Papi"))
    # Until the code is typed, nothing differs but the address.
    answers = [asks(client, address) for client, address in ((jeanne, BOB.upper()), (papi, JEANNE))]
    assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, "/me/address/")] * 2
    theirs, free = (mail.outbox[0], mail.outbox[1])
    assert theirs.subject == free.subject
    assert str(theirs.body).replace(mailed_code(BOB), "") == str(free.body).replace(mailed_code(), "")
    pages = [client.get("/me/address/").content.decode() for client in (jeanne, papi)]
    assert BOB in pages[0]
    assert "compte" not in pages[0] + pages[1]
    assert types(jeanne, "BBBB-BBBB").status_code == 422

    answer = types(jeanne, mailed_code(BOB))
    said = answer.content.decode()
    assert answer.status_code == 409
    assert all(words in said for words in ("You have an account here already", BOB, ">Ask to be let in</button>"))
    assert all(words in said for words in ("Sign in with that account", "With another address", "/sign-out/"))
    # Nothing was merged, and nothing is lost.
    assert (fresh(key).guest.email, is_in(jeanne, key), fresh(key).is_open) == (None, True, True)
    assert Membership.objects.of(User.objects.get(email=BOB)).count() == 1
    assert types(jeanne, mailed_code(BOB)).status_code == 422  # used up
    assert keeps(jeanne)
    assert fresh(key).guest.email == JEANNE


@pytest.mark.django_db(transaction=True)
def test_of_two_who_show_the_same_address_at_once_one_has_it(cast: Cast) -> None:
    keys = [made(cast.alice, name) for name in ("Jeanne", "Papi")]
    sessions = [opens(key).session.session_key for key in keys]
    together, outcomes = Barrier(2), list[str]()

    def take(number: int) -> None:
        try:
            together.wait(30)
            place = fresh(keys[number]).membership
            grow(place, keys[number], address=JEANNE, session_key=sessions[number])
            outcomes.append("has it")
        except Conflict:
            outcomes.append("has not")
        finally:
            connection.close()

    taking = [Thread(target=take, args=[number]) for number in range(2)]
    for thread in taking:
        thread.start()
    for thread in taking:
        thread.join()
    assert sorted(outcomes) == ["has it", "has not"]
    assert User.objects.filter(email=JEANNE).count() == 1
    assert sorted(fresh(key).is_open for key in keys) == [False, True]


def test_the_address_is_anybodys_until_the_moment_it_is_taken(cast: Cast) -> None:
    first, second = (made(cast.alice, name) for name in ("Jeanne", "Papi"))
    jeanne, papi = opens(first), opens(second)
    asks(papi, JEANNE)
    theirs = mailed_code()
    assert keeps(jeanne)
    assert types(papi, theirs).status_code == 409
    assert (fresh(second).guest.email, is_in(papi, second)) == (None, True)


def test_a_guest_who_was_cut_meanwhile_takes_no_place(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne, thief = opens(key), opens(key)
    asks(thief, JEANNE)
    came = Browser.objects.order_by("came_at")[1]
    session: str | None = came.session_key
    cut_browser(cast.alice, came)
    assert types(thief, mailed_code()).headers["Location"].startswith("/sign-in/")
    with pytest.raises(rules.Closed):
        grow(fresh(key).membership, key, address=JEANNE, session_key=session)
    with pytest.raises(rules.Closed):
        grow(fresh(key).membership, key, address=JEANNE, session_key=None)
    assert fresh(key).guest.email is None
    asks(jeanne, JEANNE)
    session = jeanne.session.session_key
    cut_key(cast.alice, key)
    assert types(jeanne, mailed_code()).headers["Location"].startswith("/sign-in/")
    with pytest.raises(rules.Closed):
        grow(fresh(key).membership, key, address=JEANNE, session_key=session)
    end_membership(cast.alice, key.membership)
    with pytest.raises(Http404):
        grow(fresh(key).membership, key, address=JEANNE, session_key=session)
    assert User.objects.filter(email=JEANNE).count() == 0


def test_a_browser_cut_at_the_very_moment_is_signed_out_and_told_why(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    asks(jeanne, JEANNE)
    Browser.objects.update(state="cut")  # its session is deleted next
    answer = types(jeanne, mailed_code())
    assert answer.headers["Location"].startswith("/k/")
    assert (is_in(jeanne, key), fresh(key).guest.email) == (False, None)


def test_in_a_deleted_sphere_nobody_grows_until_it_is_put_back(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    icon = str(jeanne.get("/manifest.webmanifest").json()["start_url"])
    asks(jeanne, JEANNE)
    delete_sphere(cast.alice)
    assert [jeanne.get("/me/address/").status_code, types(jeanne, mailed_code()).status_code] == [404, 404]
    with pytest.raises(rules.Closed):
        grow(fresh(key).membership, key, address=JEANNE, session_key=jeanne.session.session_key)
    assert jeanne.get(icon).status_code == 410
    restore_sphere(cast.alice)
    assert jeanne.get(icon).status_code == 302
    assert types(jeanne, mailed_code()).status_code == 302
    assert fresh(key).guest.email == JEANNE


def test_a_browser_that_waits_is_told_that_there_is_an_account(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    with clock.at(clock.now() + timedelta(days=2)):
        late = opens(key)
        assert keeps(jeanne)
        answer = late.get(grown(key))
        assert (answer.status_code, "has an account now" in answer.content.decode()) == (410, True)
        assert not is_in(late, key)


def test_it_is_for_guests_and_by_themselves(cast: Cast, browse: Browse) -> None:
    key, papi = made(cast.alice), opens(made(cast.alice, "Papi"))
    jeanne, nobody = opens(key), browse(None)
    for client in (browse(cast.bob), browse(cast.carol)):
        assert "Keep your place" not in client.get("/me/").content.decode()
        assert "Your place is kept" in client.get("/me/address/").content.decode()
        asks(client, JEANNE)
        assert types(client, "BBBB-BBBB").headers["Location"] == "/me/address/"
    for path in ("/me/address/", "/me/address/proof/"):
        assert nobody.post(path).headers["Location"].startswith("/sign-in/")
        # A page of somebody who was signed in here before.
        answer = jeanne.post(path, {"email": JEANNE, "code": "x", "_identity": papi.session["_auth_user_id"]})
        assert answer.status_code == 412
    assert mail.outbox == []
    otherwise = browser()
    otherwise.force_login(key.guest)  # by no link: nobody could cut it
    assert [otherwise.get("/me/address/").status_code, asks(otherwise, JEANNE).status_code] == [404, 404]
    assert types(otherwise, "BBBB-BBBB").status_code == 404
    assert jeanne.get("/me/address/proof/").status_code == 405


def test_where_no_mail_goes_out_it_is_not_offered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    jeanne = opens(made(cast.alice))
    monkeypatch.setattr(ways, "mails_go_out", [lambda: False])
    assert "Keep your place" not in jeanne.get("/me/").content.decode()
    assert [jeanne.get("/me/address/").status_code, asks(jeanne, JEANNE).status_code] == [404, 404]
    assert types(jeanne, "BBBB-BBBB").status_code == 404


def test_codes_are_mailed_and_guessed_a_few_times_only(
    cast: Cast, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ALVEOLE_LIMITS = True
    few = {name: replace(limit, most=2) for name, limit in limits.LIMITS.items()}
    monkeypatch.setattr(limits, "LIMITS", few)
    monkeypatch.setattr(limits, "_counts", {})
    jeanne = opens(made(cast.alice))
    # To one mailbox, whoever asks; and whatever is written beside the address.
    assert [asks(jeanne, JEANNE).status_code for _ in range(3)] == [302, 302, 429]
    assert [types(jeanne, "BBBB-BBBB").status_code for _ in range(3)] == [422, 422, 429]
    assert len(mail.outbox) == 2
