"""Setting a site up: one link, one page, one time; nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from alveole.hosting.actions import offer_set_up, set_up
from alveole.hosting.models import Site
from journal import clock
from journal.errors import Refused
from messaging.models import Conversation
from spheres.models import Membership, Organisation
from spheres.seal import inside
from tests.alveole.mailbox import mailbox
from tests.conftest import Cast

pytestmark = pytest.mark.db

SAID = {
    "site_name": "Chez Lormeau",
    "language": "fr",
    "organisation": "Lormeau & fils",
    "kind": "company",
    "name": "Alice Lormeau",
    "email": "alice@lormeau.invalid",
    "password": "béton-banché-2026",
    "mail_host": "",
    "mail_port": "587",
    "mail_security": "starttls",
    "mail_user": "",
    "mail_password": "",
    "mail_from": "",
}


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": settings.ALVEOLE_URL.split("//")[1], "accept-language": "en"})


def address(token: str | None) -> str:
    assert token is not None
    return reverse("hosting:set_up", args=[token])


def test_one_page_makes_a_site_that_lives(db: None, client: Client) -> None:
    path = address(offer_set_up())
    for _ in range(2):
        assert client.get(path).status_code == 200  # looking spends nothing
    response = client.post(path, SAID)
    assert (response.status_code, response.headers["Location"]) == (302, reverse("hosting:home"))
    operator = User.objects.get()
    assert (operator.email, operator.is_staff, operator.is_superuser) == ("alice@lormeau.invalid", True, False)
    assert operator.check_password(SAID["password"])
    assert (Site.objects.get().name, Organisation.objects.get().name) == ("Chez Lormeau", "Lormeau & fils")
    home = Membership.objects.with_sphere().get(person=operator)
    assert (home.role, home.name, home.sphere.name) == ("administrator", "Alice Lormeau", "Lormeau & fils")
    with inside(home.sphere):
        assert Conversation.objects.count() == 1
    assert client.get(reverse("hosting:home")).status_code == 200
    assert client.get(reverse("spheres:sphere", args=[home.sphere.slug])).status_code == 200


@pytest.mark.parametrize(
    ("kind", "context"), [("family", "family"), ("association", "association"), ("school", "work")]
)
def test_the_first_sphere_is_of_the_kind_that_was_said(db: None, client: Client, kind: str, context: str) -> None:
    client.post(address(offer_set_up()), SAID | {"kind": kind})
    assert Membership.objects.with_sphere().get().sphere.context == context


def test_a_link_works_once(db: None, client: Client) -> None:
    path = address(offer_set_up())
    client.post(path, SAID)
    other = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
    assert other.get(path).status_code == 410
    assert other.post(path, SAID | {"email": "eve@example.invalid"}).status_code == 410
    assert User.objects.count() == 1


def test_a_link_ends_after_half_an_hour(db: None, client: Client) -> None:
    with clock.at(timezone.now() - timedelta(minutes=31)):
        late = offer_set_up()
    assert client.get(address(late)).status_code == 410
    assert client.post(address(late), SAID).status_code == 410
    with clock.at(timezone.now() - timedelta(minutes=29)):
        in_time = offer_set_up()
    assert client.post(address(in_time), SAID).status_code == 302


def test_another_start_offers_another_link_and_ends_the_first(db: None, client: Client) -> None:
    first, second = offer_set_up(), offer_set_up()
    assert client.get(address(first)).status_code == 410
    assert client.get(address(second)).status_code == 200


def test_no_link_is_offered_where_somebody_is(cast: Cast) -> None:
    assert offer_set_up() is None


def test_a_link_of_before_is_worth_nothing_once_somebody_came(db: None, client: Client) -> None:
    path = address(offer_set_up())
    User(email="bob@example.invalid").save()
    assert client.post(path, SAID).status_code == 410
    assert not Site.objects.exists()


@pytest.mark.parametrize("made_up", ["x", "a" * 43])
def test_a_made_up_link_is_too_late(db: None, client: Client, made_up: str) -> None:
    assert client.get(address(made_up)).status_code == 410


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "alice"},
        {"password": "court"},
        {"password": "alice@lormeau.invalid"},
        {"organisation": " "},
        {"language": "tlh"},
        {"mail_host": "smtp.lormeau.invalid"},
        {"mail_host": "smtp.lormeau.invalid", "mail_from": "a@b.fr", "mail_security": "none", "mail_password": "x"},
        {"mail_port": "70000"},
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(db: None, client: Client, wrong: dict[str, str]) -> None:
    path = address(offer_set_up())
    said = SAID | wrong
    response = client.post(path, said)
    assert response.status_code == 422
    form = response.context["form"]
    assert set(form.errors) & {
        "email",
        "password",
        "organisation",
        "language",
        "mail_from",
        "mail_security",
        "mail_port",
    }
    page = response.content.decode()
    for name in ("site_name", "name", "organisation", "email", "password"):
        assert form[name].value() == said[name]
        assert not said[name].strip() or f'name="{name}" value="' in page
    assert not User.objects.exists()
    assert client.post(path, SAID).status_code == 302


def test_a_test_mail_arrives_before_anything_is_saved(db: None, client: Client) -> None:
    path = address(offer_set_up())
    with mailbox() as box:
        mail = {"mail_host": "127.0.0.1", "mail_port": box.port, "mail_security": "none", "mail_from": "site@a.fr"}
        page = client.post(path, SAID | mail | {"only_test": "1"}).content.decode()
    (arrived,) = box.mails
    assert (arrived["To"], arrived["From"]) == ("alice@lormeau.invalid", "Chez Lormeau <site@a.fr>")
    assert settings.ALVEOLE_URL in arrived.get_content()
    assert "A test is on its way to alice@lormeau.invalid" in page
    assert 'value="béton-banché-2026"' in page
    assert not User.objects.exists()
    assert client.post(path, SAID | mail).status_code == 302
    assert Site.objects.get().mail_port == box.port


def test_a_mail_server_that_does_not_answer_is_named_and_nothing_is_lost(db: None, client: Client) -> None:
    with mailbox() as box:
        pass  # it has just stopped
    mail = {"mail_host": "127.0.0.1", "mail_port": box.port, "mail_security": "none", "mail_from": "site@a.fr"}
    response = client.post(address(offer_set_up()), SAID | mail | {"only_test": "1"})
    page = response.content.decode()
    assert (response.status_code, "The mail did not leave" in page, "béton-banché-2026" in page) == (200, True, True)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_wins() -> None:
    token = offer_set_up()
    assert token is not None
    outcomes: list[Any] = []

    def press(email: str) -> None:
        try:
            operator = {"email": email, "name": email, "password": SAID["password"], "language": "fr"}
            place = {"name": "Lormeau", "kind": "company"}
            outcomes.append(set_up(token, site={"name": "A", "language": "fr"}, operator=operator, organisation=place))
        except Refused as refused:
            outcomes.append(refused)
        finally:
            connection.close()

    pressing = [Thread(target=press, args=[f"{n}@example.invalid"]) for n in range(2)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "User"]
    assert User.objects.count() == Site.objects.count() == 1
