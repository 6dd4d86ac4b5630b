"""The second factor: set up, asked for, used once, given up; and no way of signing in that passes it by."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.actions import create_user
from accounts.models import User
from accounts.second_factor import has_one
from journal.ids import uuid7
from spheres.actions import create_sphere
from spheres.invitations.actions import invite
from spheres.invitations.tokens import link_of

pytestmark = pytest.mark.db

PASSWORD = "mot de passe long"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Clock:
    """The clock of codes, which stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def time(self) -> float:
        return self.seconds

    def next_code(self, secret: str = SECRET) -> str:
        """Give a code that was never typed."""
        self.seconds += 30
        return code_at(secret, self.seconds)


def code_at(secret: str, seconds: float) -> str:
    return auth.format_hotp_value(auth.hotp_value(secret, int(seconds) // 30))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(auth, "time", clock)
    return clock


@pytest.fixture
def gil(db: None) -> User:
    return create_user(email="gil@example.invalid", name="Gil", language="fr", password=PASSWORD)


@pytest.fixture
def armed(gil: User) -> User:
    """Gil has the app."""
    auth.TOTP.activate(gil, SECRET)
    return gil


def browser() -> Client:
    return Client(headers={"host": "localhost:8000"})


def by_password(client: Client) -> str:
    answer = client.post("/sign-in/", {"login": "gil@example.invalid", "password": PASSWORD})
    return answer.headers.get("Location", "")


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_it_is_set_up_with_the_password_and_its_first_code(gil: User, clock: Clock) -> None:
    client = browser()
    by_password(client)
    asked = client.get("/me/second-factor/app/")
    assert asked.headers["Location"].startswith("/sign-in/again/?next=")
    assert client.post(asked.headers["Location"], {"password": "faux"}).status_code == 200
    client.post(asked.headers["Location"], {"password": PASSWORD})
    page = client.get("/me/second-factor/app/")
    secret = page.context["form"].secret
    assert f'<code class="secret" translate="no">{secret}</code>' in page.content.decode()
    assert "<svg" in page.content.decode()
    assert "style=" not in page.content.decode()
    wrong = client.post("/me/second-factor/app/", {"code": "000000"})
    assert (wrong.status_code, has_one(gil)) == (200, False)
    assert "Code incorrect" in wrong.content.decode()
    done = client.post("/me/second-factor/app/", {"code": clock.next_code(secret)})
    assert (done.headers["Location"], has_one(gil)) == ("/me/second-factor/codes/", True)
    codes = client.get("/me/second-factor/codes/").context["unused_codes"]
    assert len(codes) == 10
    assert client.get("/me/second-factor/codes/file/").content.decode().split() == codes


def test_the_password_alone_no_longer_signs_in(armed: User, clock: Clock) -> None:
    client = browser()
    assert by_password(client) == "/sign-in/second-factor/"
    assert not is_in(client)
    assert client.post("/sign-in/second-factor/", {"code": "123456"}).status_code == 200
    assert not is_in(client)
    client.post("/sign-in/second-factor/", {"code": clock.next_code()})
    assert is_in(client)


def test_a_mailed_code_alone_does_not_either(armed: User, clock: Clock) -> None:
    client = browser()
    client.post("/sign-in/code/", {"email": "gil@example.invalid"})
    code = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", str(mail.outbox[0].body), re.MULTILINE)
    assert code is not None
    answer = client.post("/sign-in/code/confirm/", {"code": code.group(1)})
    assert (answer.headers["Location"], is_in(client)) == ("/sign-in/second-factor/", False)


def test_a_code_is_worth_something_once(armed: User, clock: Clock) -> None:
    first, second = browser(), browser()
    code = clock.next_code()
    by_password(first)
    first.post("/sign-in/second-factor/", {"code": code})
    assert is_in(first)
    clock.seconds += 29  # the clock alone would still take it
    by_password(second)
    # allauth itself forgets it after half a minute.
    cache.delete(auth.TOTP(Authenticator.objects.get())._get_used_cache_key(code))
    second.post("/sign-in/second-factor/", {"code": f"{code[:3]} {code[3:]}"})
    assert not is_in(second)
    second.post("/sign-in/second-factor/", {"code": clock.next_code()})
    assert is_in(second)


def test_an_old_code_and_one_of_another_secret_are_worth_nothing(armed: User, clock: Clock) -> None:
    client = browser()
    by_password(client)
    for code in (code_at(SECRET, clock.seconds - 120), code_at("B" * 32, clock.seconds), ""):
        client.post("/sign-in/second-factor/", {"code": code})
        assert not is_in(client)


def test_a_recovery_code_signs_in_once(armed: User, clock: Clock) -> None:
    code = RecoveryCodes.activate(armed).get_unused_codes()[3]
    first, second = browser(), browser()
    for client in (first, second):
        by_password(client)
        client.post("/sign-in/second-factor/", {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_an_invitation_passes_no_second_factor_by(armed: User, clock: Clock, settings: Settings) -> None:
    """Where no mail goes out, whoever is invited and has an account types its password on the invitation's page."""
    settings.EMAIL_BACKEND = "alveole.hosting.mail.SiteMail"
    owner = create_sphere(create_user(email="a@example.invalid", name="Alice"), name="Chantier")
    link = link_of(invite(owner, id=uuid7())).removeprefix(settings.ALVEOLE_URL)
    arrival = reverse("invitations:arrival", args=[link.strip("/").split("/")[-1]])
    client = browser()
    typed = {"name": "Gil", "email": "gil@example.invalid", "password": PASSWORD}
    answer = client.post(arrival, typed)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/second-factor/")
    assert not is_in(client)
    assert client.post("/sign-in/second-factor/", {"code": clock.next_code()}).headers["Location"] == link


def test_guessing_is_stopped_for_the_account_wherever_it_comes_from(armed: User, clock: Clock) -> None:
    guessers = [browser(), browser()]
    for client in guessers:
        by_password(client)
    statuses = [
        guessers[number % 2].post("/sign-in/second-factor/", {"code": "000000"}, REMOTE_ADDR=f"10.0.{number}.1")
        for number in range(11)
    ]
    assert [answer.status_code for answer in statuses] == [200] * 10 + [429]


def test_it_is_given_up_by_who_shows_a_code_again(armed: User, clock: Clock) -> None:
    client = browser()
    by_password(client)
    client.post("/sign-in/second-factor/", {"code": clock.next_code()})
    asked = client.post("/me/second-factor/app/end/")
    assert asked.headers["Location"].startswith("/sign-in/again/")
    assert has_one(armed)
    client.post("/sign-in/again/code/?next=/me/second-factor/app/end/", {"code": clock.next_code()})
    client.post("/me/second-factor/app/end/")
    assert not has_one(armed)
    assert not Authenticator.objects.exists()
    fresh = browser()
    by_password(fresh)
    assert is_in(fresh)


def test_its_pages_are_for_whoever_is_signed_in(armed: User) -> None:
    for path in ("", "app/", "app/end/", "codes/", "codes/new/", "codes/file/"):
        answer = browser().get(f"/me/second-factor/{path}")
        assert (answer.status_code, "/sign-in/" in answer.headers["Location"]) == (302, True)


def test_me_leads_there_but_for_who_came_by_a_direct_link(gil: User) -> None:
    client = browser()
    client.force_login(gil)
    assert "/me/second-factor/" in client.get("/me/").content.decode()
    page = client.get("/me/second-factor/").content.decode()
    assert "Mettre en place" in page
    client.force_login(create_user(email=None, name="Mamie"))
    assert "/me/second-factor/" not in client.get("/me/").content.decode()


def test_what_is_not_open_to_somebody_is_said_on_a_page_of_ours(db: None) -> None:
    client = Client(headers={"host": "localhost:8000", "accept-language": "en"})
    client.force_login(create_user(email="ida@example.invalid", name="Ida", language="en"))
    answer = client.get(reverse("account_reauthenticate"))
    assert answer.status_code == 403
    assert "This page is not open to you" in answer.content.decode()


ACTIVATION, AGAIN = "/me/second-factor/app/", "/me/second-factor/again/"


def without_password() -> Client:
    """Sign Ida in, who has no password."""
    client = Client(headers={"host": "localhost:8000", "accept-language": "en"})
    client.force_login(create_user(email="ida@example.invalid", name="Ida", language="en"))
    return client


def mailed_code() -> str:
    code = re.search(r"^\s*([A-Z]{4}-[A-Z]{4})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code is not None
    return code.group(1)


def test_who_has_no_password_shows_by_a_mailed_code_who_they_are(db: None, clock: Clock) -> None:
    client = without_password()
    for answer in (client.get(ACTIVATION), client.post(ACTIVATION, {"code": "000000"})):
        assert answer.headers["Location"] == AGAIN
    page = client.get(AGAIN).content.decode()
    assert ("ida@example.invalid" in page, 'name="code"' in page, mail.outbox) == (True, False, [])
    assert client.post(AGAIN).headers["Location"] == AGAIN
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (
        ["ida@example.invalid"],
        "Your code, to set up a second factor",
    )
    assert 'name="code"' in client.get(AGAIN).content.decode()
    for wrong in ("", "BBBB-BBBB"):
        assert client.post(f"{AGAIN}proof/", {"code": wrong}).status_code == 422
    assert client.get(ACTIVATION).headers["Location"] == AGAIN
    assert client.post(f"{AGAIN}proof/", {"code": mailed_code()}).headers["Location"] == ACTIVATION
    for path in (AGAIN, f"{AGAIN}proof/"):
        assert client.post(path).headers["Location"] == ACTIVATION
    assert len(mail.outbox) == 1
    secret = client.get(ACTIVATION).context["form"].secret
    client.post(ACTIVATION, {"code": clock.next_code(secret)})
    assert has_one(User.objects.get(email="ida@example.invalid"))


def test_what_was_shown_holds_for_a_while_and_for_that_account(
    gil: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = without_password()
    client.post(AGAIN)
    client.post(f"{AGAIN}proof/", {"code": mailed_code()})
    assert client.get(ACTIVATION).status_code == 200
    shown = client.session["accounts.second_factor.shown"]
    session = client.session
    session["accounts.second_factor.shown"] = shown | {"at": shown["at"] - 16 * 60}
    session.save()
    assert client.get(ACTIVATION).headers["Location"] == AGAIN
    session["accounts.second_factor.shown"] = shown | {"account": str(gil.pk)}
    session.save()
    assert client.get(ACTIVATION).headers["Location"] == AGAIN


def test_a_code_for_another_address_shows_nothing(db: None, clock: Clock) -> None:
    client = without_password()
    client.post(AGAIN)
    User.objects.filter(email="ida@example.invalid").update(email="other@example.invalid")
    assert client.post(f"{AGAIN}proof/", {"code": mailed_code()}).headers["Location"] == AGAIN
    assert client.get(ACTIVATION).headers["Location"] == AGAIN


def test_a_mail_server_that_is_away_is_said(db: None, clock: Clock, settings: Settings) -> None:
    client = without_password()
    settings.EMAIL_BACKEND = "tests.guests.growing.Refusing"
    answer = client.post(AGAIN)
    assert (answer.status_code, "The mail did not leave" in answer.content.decode()) == (503, True)


def test_where_no_mail_goes_out_nothing_more_is_asked(db: None, clock: Clock, settings: Settings) -> None:
    client = without_password()
    settings.EMAIL_BACKEND = "alveole.hosting.mail.SiteMail"
    assert client.get(ACTIVATION).status_code == 200
    assert client.get(AGAIN).headers["Location"] == ACTIVATION
