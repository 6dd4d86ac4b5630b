"""Signing in: by password, by mailed code, by a link; signing out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import Http404
from django.test import Client

from accounts.actions import create_user, make_link, spend_link
from accounts.entering import SessionStore
from accounts.links import sign_in_link
from accounts.models import SignInLink, User
from accounts.sessions import person_of
from journal import clock
from journal.errors import Conflict, Refused
from spheres.models import Membership
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def gil(db: None) -> User:
    return create_user(email="Gil@Example.invalid", name="Gil", language="en", password="mot de passe long")


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "localhost:8000"})


def is_signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_by_password(gil: User, client: Client) -> None:
    wrong = client.post("/sign-in/", {"login": "gil@example.invalid", "password": "faux"})
    assert (wrong.status_code, is_signed_in(client)) == (200, False)
    client.post("/sign-in/", {"login": "gil@example.invalid", "password": "mot de passe long"})
    assert is_signed_in(client)


def test_by_mailed_code(gil: User, client: Client) -> None:
    client.post("/sign-in/code/", {"email": "gil@example.invalid"})
    (sent,) = mail.outbox
    code = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", str(sent.body), re.MULTILINE)
    assert code is not None, sent.body
    client.post("/sign-in/code/confirm/", {"code": code.group(1)})
    assert is_signed_in(client)


def test_an_unknown_address_is_answered_like_a_known_one(gil: User) -> None:
    answers = []
    for address in ("gil@example.invalid", "nobody@example.invalid"):
        client = Client(headers={"host": "localhost:8000"})
        asked = client.post("/sign-in/code/", {"email": address})
        answers.append((asked.status_code, asked.headers["Location"]))
    assert answers[0] == answers[1]


def test_by_link_once_and_only_by_its_button(gil: User, client: Client) -> None:
    path = urlsplit(sign_in_link(gil)).path
    for _ in range(3):
        assert client.get(path).status_code == 200
    assert not is_signed_in(client)
    client.post(path)
    assert is_signed_in(client)
    other = Client(headers={"host": "localhost:8000"})
    assert (other.post(path).status_code, is_signed_in(other)) == (410, False)
    assert other.get(path).status_code == 410


def test_no_script_and_no_foreign_form_gets_at_the_session(gil: User, client: Client) -> None:
    client.post(urlsplit(sign_in_link(gil)).path)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_page_where_identities_change_hands_is_for_nobody(gil: User, cast: Cast, browse: Browse) -> None:
    client = browse(cast.bob)
    assert 'data-identity=""' not in client.get("/").content.decode()
    assert 'data-identity=""' in client.get(urlsplit(sign_in_link(gil)).path).content.decode()


def test_an_old_link_is_refused(gil: User) -> None:
    with clock.at(clock.now() - timedelta(hours=1)):
        token = make_link(gil)
    with pytest.raises(Refused):
        spend_link(token)


def test_a_closed_account_is_opened_by_no_link(gil: User) -> None:
    assert spend_link(make_link(gil)) == gil
    token = make_link(gil)
    gil.is_active = False
    gil.save(update_fields=["is_active"])
    with pytest.raises(Refused):
        spend_link(token)
    with pytest.raises(Http404):
        make_link(gil)


def test_a_link_is_stored_as_a_digest_only(gil: User) -> None:
    token = make_link(gil)
    stored = SignInLink.objects.get()
    assert token not in {stored.digest, str(stored)}
    assert len(token) >= 43


def test_the_shell_gives_links(gil: User) -> None:
    said = StringIO()
    call_command("sign_in_link", "GIL@example.invalid", stdout=said)
    assert "/sign-in/link/" in said.getvalue()
    with pytest.raises(CommandError):
        call_command("sign_in_link", "nobody@example.invalid")


def test_an_address_belongs_to_one_account(gil: User) -> None:
    with pytest.raises(Conflict):
        create_user(email="gil@example.INVALID")
    assert create_user(email=None).email is None
    assert create_user(email=None).email is None


def test_signing_out_ends_the_session_and_may_be_said_twice(cast: Cast, browse: Browse) -> None:
    client = browse(cast.bob)
    assert is_signed_in(client)
    for _ in range(2):
        assert client.post("/sign-out/").status_code in {200, 302}
    assert not is_signed_in(client)


def test_a_sign_out_owed_by_somebody_else_ends_nobodys_session(cast: Cast, browse: Browse) -> None:
    client = browse(cast.bob)
    assert cast.alice.person is not None
    assert cast.bob.person is not None
    assert client.post("/sign-out/", {"_identity": cast.alice.person.pk.hex}).status_code == 412
    assert is_signed_in(client)
    assert client.post("/sign-out/", {"_identity": cast.bob.person.pk.hex}).status_code == 302
    assert not is_signed_in(client)


def test_nobody_makes_an_account_by_themself(db: None, client: Client) -> None:
    client.post("/sign-in/closed/", {"email": "new@example.invalid", "password1": "mot de passe long"})
    assert not User.objects.exists()


def test_the_language_is_remembered(cast: Cast, browse: Browse) -> None:
    client = browse(cast.bob)
    assert 'lang="en"' in client.get("/").content.decode()
    client.post("/me/language/", {"language": "fr"})
    assert 'lang="fr"' in client.get("/").content.decode()
    assert client.post("/me/language/", {"language": "xx"}).status_code == 422


def test_a_session_lasts_400_days_from_its_last_use(cast: Cast, browse: Browse) -> None:
    client = browse(cast.bob)
    client.get("/")
    first = Session.objects.get().expire_date
    client.get("/")
    assert Session.objects.get().expire_date == first
    with clock.at(clock.now() + timedelta(days=2)):
        renewed = client.get("/")
    assert renewed.cookies["sessionid"]["max-age"] == 400 * 24 * 3600


def test_only_the_request_that_ends_a_session_takes_its_cookie_back(
    cast: Cast, browse: Callable[[Membership | None], Client]
) -> None:
    """An answer to a tab that asks with the old cookie may arrive after somebody else has signed in beside it."""
    bob, stale = browse(cast.bob), browse(None)
    stale.cookies[settings.SESSION_COOKIE_NAME] = bob.cookies[settings.SESSION_COOKIE_NAME].value
    assert stale.get("/me/").status_code == 200
    assert bob.post("/sign-out/").cookies[settings.SESSION_COOKIE_NAME].value == ""
    answer = stale.get("/me/")
    assert answer.status_code == 302
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


def test_a_session_that_pages_take_for_nobodys_opens_no_socket(gil: User, client: Client) -> None:
    client.force_login(gil)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert person_of(key) == gil
    session = SessionStore(key)
    session[BACKEND_SESSION_KEY] = "a.way.of.before"
    session.save()
    assert not is_signed_in(client)
    assert person_of(key) is None
