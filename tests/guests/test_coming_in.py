"""A key opens its sphere again and again: by itself at first, later by a yes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import Http404
from django.test import Client

from journal import clock
from journal.ids import uuid7
from spheres.actions import end_membership
from spheres.guests import rules
from spheres.guests.actions import come_in, cut_browser, cut_key, let_in, renew_key
from spheres.guests.models import Browser, Key
from spheres.guests.tokens import key_of, token_of
from spheres.invitations.models import Invitation
from spheres.models import Membership
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.guests.making import browser, fresh, is_in, made, opens, page, path, rows, waiting
from tests.invitations import making as invitations

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def days_later(days: float) -> Any:
    return clock.at(clock.now() + timedelta(days=days))


def test_a_link_opens_the_sphere_and_looking_opens_nothing(cast: Cast) -> None:
    key, jeanne = made(cast.alice), browser()
    assert (path(key), len(token_of(key))) == (f"/k/{token_of(key)}", 43)
    for _ in range(3):
        said = page(jeanne, key)
        assert all(words in said for words in ("Good day, Mamie Jeanne", "Alice", "Chantier", "Come in"))
        assert jeanne.head(path(key)).status_code == 200
    assert (Browser.objects.count(), fresh(key).opens_until) == (0, None)
    answer = jeanne.post(path(key))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/s/{cast.sphere.slug}/")
    assert is_in(jeanne, key)
    assert key.membership.role == "guest"
    assert key.guest.email is None
    cookie = jeanne.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["max-age"], cookie["httponly"]) == (400 * 24 * 3600, True)
    assert jeanne.get(path(key)).headers["Location"] == f"/s/{cast.sphere.slug}/"
    assert [one.name for one in Browser.objects.all()] == ["Chrome, Android"]


def test_a_guest_reads_and_writes_under_their_own_name(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    words = fields(key.membership, "messaging.send.1", id=str(uuid7()), body="Bonjour à tous")
    to = f"/s/{cast.sphere.slug}/conversations/{cast.conversation.pk}/"
    assert post(jeanne, f"{to}messages/", words).status_code == 200
    said = jeanne.get(to).content.decode()
    assert "Bonjour à tous" in said
    assert "Mamie Jeanne" in said


def test_within_a_day_it_moves_to_another_browser_by_itself(cast: Cast) -> None:
    key = made(cast.alice)
    first = opens(key)
    with days_later(0.9):
        assert is_in(opens(key), key)
    assert is_in(first, key)
    # Moving opens no second day: else a link that went round would never ask.
    with days_later(1.1):
        assert not is_in(opens(key), key)


def test_later_it_asks_and_comes_in_where_it_waits(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    opens(key)
    with days_later(30):
        late = opens(key)
        answer = late.get(path(key))
        assert "Is it you, Mamie Jeanne?" in answer.content.decode()
        assert (answer.status_code, 'http-equiv="refresh"' in answer.content.decode()) == (202, True)
        assert not is_in(late, key)
        opens(key, late)  # a second tap asks no second time
        (row,) = rows(browse(cast.alice), cast.alice)
        assert [one["state"] for one in row["facts"]["browsers"]] == ["in", "waiting"]
        assert "Is it Mamie Jeanne?" in row["html"]
        before = Browser.objects.values().get(state="waiting")
        late.get(path(key))
        assert Browser.objects.values().get(state="waiting") == before  # a GET asks nothing
        url = f"/s/{cast.sphere.slug}/browsers/{waiting().pk}/admission/"
        for _ in range(2):
            assert post(browse(cast.alice), url, fields(cast.alice, "guests.let_in.1")).status_code == 200
        assert late.get(path(key)).headers["Location"] == f"/s/{cast.sphere.slug}/"
        assert is_in(late, key)
        # From a yes on, there is a day for another one again: the app's browser, then the real one.
        assert is_in(opens(key), key)
    with days_later(32):
        assert not is_in(opens(key), key)


def test_what_was_never_signed_in_here_waits_with_a_session_that_nobody_knew(cast: Cast) -> None:
    """A session that was planted in this browser before must not be the one that is let in."""
    key, late = made(cast.alice), browser()
    opens(key)
    with days_later(2):
        opens(key, late)
        planted = late.cookies[settings.SESSION_COOKIE_NAME].value
        cut_browser(cast.alice, waiting())
        opens(key, late)
        assert waiting().session_key != planted
        let_in(cast.alice, waiting())
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_no_is_said_and_may_be_asked_again(cast: Cast) -> None:
    key = made(cast.alice)
    opens(key)
    with days_later(2):
        late = opens(key)
        cut_browser(cast.alice, waiting())
        said = page(late, key)
        assert "this browser was not let in" in said
        assert "Come in" in said
        let_in(cast.alice, Browser.objects.get(state="cut"))  # the first answer counts
        assert not is_in(late, key)
        opens(key, late)
        assert waiting().session_key


def test_one_link_lets_few_wait(cast: Cast) -> None:
    key = made(cast.alice)
    opens(key)
    with days_later(2):
        for _ in range(rules.MOST_WAITING):
            opens(key)
        answer = browser().post(path(key))
        assert (answer.status_code, "Too many browsers" in answer.content.decode()) == (403, True)
        assert Browser.objects.filter(state="waiting").count() == rules.MOST_WAITING


def test_a_waiting_browser_that_forgot_is_not_let_in(cast: Cast) -> None:
    key = made(cast.alice)
    opens(key)
    with days_later(2):
        late = opens(key)
        Session.objects.filter(session_key=waiting().session_key).delete()
        let_in(cast.alice, waiting())
        assert not is_in(late, key)
        assert "Come in" in page(late, key)


def test_who_signed_out_is_shown_no_longer_once_somebody_comes(cast: Cast) -> None:
    key = made(cast.alice)
    first = opens(key)
    first.post("/sign-out/")
    assert "Come in" in page(first, key)
    assert is_in(opens(key, first), key)
    assert len(fresh(key).present) == 1


def test_somebody_else_is_told_before_they_are_signed_out(cast: Cast, browse: Browse) -> None:
    key, alice = made(cast.alice), browse(cast.alice)
    assert "You are signed in here as Alice" in alice.get(path(key), headers={"accept-language": "en"}).content.decode()
    assert alice.get(f"/s/{cast.sphere.slug}/settings/").status_code == 200
    opens(key, alice)
    assert alice.session["_auth_user_id"] == str(key.guest.pk)


def test_garbage_and_forgeries_get_the_same_bytes_as_nowhere(cast: Cast, settings: Any) -> None:
    settings.ALVEOLE_LIMITS = False  # asked more often than anybody may
    token, client = token_of(made(cast.alice)), browser()
    forged = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    invitation = invitations.made(cast.alice)
    other_purpose = invitations.path(invitation).removeprefix("/i/")
    assert client.get(f"/k/{token}").status_code == 200
    nowhere = client.get("/nowhere/")
    for made_up in (forged, other_purpose, "A" * 43, "x", token + "A", token[:-1], "é" * 43):
        for answer in (client.get(f"/k/{made_up}"), client.post(f"/k/{made_up}")):
            assert (answer.status_code, answer.content) == (404, nowhere.content)
    Invitation.objects.get()
    settings.SECRET_KEY = "another"
    with pytest.raises(Http404):
        key_of(token)


def test_a_link_is_in_no_log_and_in_no_row(cast: Cast, browse: Browse, caplog: pytest.LogCaptureFixture) -> None:
    key = made(cast.alice)
    assert Client(enforce_csrf_checks=True).post(path(key)).status_code == 403
    with caplog.at_level("INFO", logger="alveole.requests"):
        opens(key)
    assert "guests:landing" in str([record.__dict__ for record in caplog.records])
    assert token_of(key) not in str([one.__dict__ for one in caplog.records if one.name.startswith("alveole")])
    assert token_of(key) not in str(rows(browse(cast.alice), cast.alice))
    stored = [str(value) for value in Key.objects.values_list().get(pk=key.pk)]
    assert not any(token_of(key)[22:] in value for value in stored)


def test_a_cut_link_says_so_and_another_one_leads_to_the_same_place(cast: Cast) -> None:
    key = made(cast.alice)
    first, old = opens(key), path(key)
    for _ in range(2):
        cut_key(cast.alice, key)
    assert not is_in(first, key)
    for answer in (first.get(old), first.post(old)):
        assert (answer.status_code, "This link no longer works" in answer.content.decode()) == (410, True)
    with pytest.raises(rules.Closed):
        come_in(key.membership, key, session=first.session, browser="")
    for _ in range(2):
        renew_key(cast.alice, key)
    assert browser().get(old).status_code == 410
    again = opens(fresh(key))
    assert is_in(again, key)
    assert again.session["_auth_user_id"] == str(key.guest.pk)


def test_nobody_is_let_in_by_a_cut_link(cast: Cast) -> None:
    key = made(cast.alice)
    opens(key)
    with days_later(9):
        opens(key)
        late = waiting()
        cut_key(cast.alice, key)
        with pytest.raises(rules.Closed):
            let_in(cast.alice, late)


def test_a_guest_who_is_removed_has_no_link(cast: Cast, browse: Browse) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    end_membership(cast.alice, key.membership)
    assert jeanne.get(path(key)).status_code == 410
    assert not Session.objects.filter(session_key=jeanne.session.session_key).exists()
    assert rows(browse(cast.alice), cast.alice) == []


def test_a_guest_who_leaves_keeps_the_session_that_said_so(cast: Cast) -> None:
    key = made(cast.alice)
    jeanne = opens(key)
    url = f"/s/{cast.sphere.slug}/members/{key.membership.pk}/departure/"
    assert post(jeanne, url, fields(key.membership, "spheres.end.1", keeps_posts="yes")).status_code == 200
    assert (is_in(jeanne, key), jeanne.get(path(key)).status_code) == (False, 410)
