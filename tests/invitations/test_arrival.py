"""Arriving by an invitation without an account: by a code, or where no mail goes out by a password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.models import User
from alveole.hosting.mail import OURS
from journal.errors import Conflict
from spheres.invitations import rules
from spheres.invitations.actions import arrive, revoke
from spheres.models import Membership
from tests.conftest import Cast
from tests.invitations.making import NEW, PASSWORD, fresh, made, path, place_of

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


@pytest.fixture
def no_mail(settings: Any) -> None:
    """Let no mail go out."""
    settings.EMAIL_BACKEND = OURS


def test_somebody_new_comes_in_by_a_code(cast: Cast, browse: Browse) -> None:
    invitation, jeanne = made(cast.alice), browse(None)
    assert 'name="password"' not in jeanne.get(path(invitation)).content.decode()
    said = NEW | {"next": path(invitation)}
    asked = jeanne.post(f"{path(invitation)}/arrival", said, headers={"accept-language": "fr"})
    assert (asked.status_code, fresh(invitation).uses) == (302, 0)
    (sent,) = mail.outbox
    code = next(line.strip() for line in str(sent.body).splitlines() if line.startswith("    "))
    signed_in = jeanne.post(asked.headers["Location"], {"code": code})
    assert signed_in.headers["Location"] == path(invitation)
    assert 'value="Jeanne Martin"' in jeanne.get(path(invitation)).content.decode()
    assert jeanne.post(path(invitation), {"name": "Jeanne"}).headers["Location"] == f"/s/{cast.sphere.slug}/"
    account = User.objects.get(email="jeanne@example.invalid")
    assert (account.language, account.zone, account.has_usable_password()) == ("fr", "America/Montreal", False)
    assert place_of("Jeanne Martin", cast).name == "Jeanne"


def test_an_address_with_an_account_is_answered_like_a_new_one(cast: Cast, browse: Browse) -> None:
    invitation = made(cast.alice)
    answers = []
    for email in ("eve@example.invalid", "nobody@example.invalid"):
        asked = browse(None).post(f"{path(invitation)}/arrival", NEW | {"email": email, "next": path(invitation)})
        answers.append((asked.status_code, asked.headers["Location"], asked.content))
    assert answers[0] == answers[1]
    assert [len(sent.to) for sent in mail.outbox] == [1, 1]
    assert User.objects.get(email="eve@example.invalid").name == "Eve"


@pytest.mark.usefixtures("no_mail")
def test_where_no_mail_goes_out_a_password_does(cast: Cast, browse: Browse) -> None:
    invitation, jeanne = made(cast.alice), browse(None)
    assert 'name="password"' in jeanne.get(path(invitation)).content.decode()
    answer = jeanne.post(f"{path(invitation)}/arrival", NEW | {"password": PASSWORD})
    assert answer.headers["Location"] == f"/s/{cast.sphere.slug}/"
    assert jeanne.get(f"/s/{cast.sphere.slug}/").status_code == 200
    assert User.objects.get(email=NEW["email"]).check_password(PASSWORD)
    assert place_of("Jeanne Martin", cast).role == "member"


@pytest.mark.usefixtures("no_mail")
def test_the_password_of_an_account_signs_in_and_another_is_told_no(cast: Cast, browse: Browse) -> None:
    invitation = made(cast.alice)
    assert cast.eve.person is not None
    cast.eve.person.set_password(PASSWORD)
    cast.eve.person.save()
    said = NEW | {"email": "EVE@example.invalid", "password": "another one here"}
    client = browse(None)
    wrong = client.post(f"{path(invitation)}/arrival", said, headers={"accept-language": "en"})
    assert wrong.status_code == 422
    assert "nobody can come in" in wrong.content.decode()
    right = client.post(f"{path(invitation)}/arrival", said | {"password": PASSWORD})
    assert right.headers["Location"] == path(invitation)
    assert 'value="Jeanne Martin"' in client.get(path(invitation)).content.decode()
    assert User.objects.filter(email__iexact="eve@example.invalid").count() == 1


@pytest.mark.usefixtures("no_mail")
@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"email": "jeanne"}, {"password": "short"}, {"password": NEW["email"]}]
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(cast: Cast, browse: Browse, wrong: dict[str, str]) -> None:
    invitation, client = made(cast.alice), browse(None)
    said = NEW | {"password": PASSWORD} | wrong
    answer = client.post(f"{path(invitation)}/arrival", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)
    assert all(f'value="{value}"' in page for value in said.values() if value)
    assert not User.objects.filter(email=NEW["email"]).exists()
    again = client.get(path(invitation)).content.decode()
    assert all(f'value="{said[name]}"' in again for name in ("name", "email") if said[name])


def test_a_zone_that_does_not_exist_is_the_site_s(cast: Cast, browse: Browse) -> None:
    browse(None).post(f"{path(made(cast.alice))}/arrival", NEW | {"zone": "Mars/Olympus"})
    assert User.objects.get(email=NEW["email"]).zone == settings.TIME_ZONE


def test_nobody_posts_to_the_page_of_somebody_signed_in(cast: Cast, browse: Browse) -> None:
    invitation = made(cast.alice)
    assert browse(None).post(path(invitation), {"name": "x"}).headers["Location"] == path(invitation)
    assert browse(cast.eve).post(f"{path(invitation)}/arrival", NEW).headers["Location"] == path(invitation)


def test_an_account_and_its_place_are_made_together_or_not_at_all(cast: Cast) -> None:
    invitation = made(cast.alice)
    gil = arrive(invitation, name="Gil", email="gil@example.invalid")
    assert Membership.objects.of(gil).get().sphere == cast.sphere
    with pytest.raises(rules.Closed):
        arrive(invitation, name="Jeanne", email=NEW["email"])
    assert not User.objects.filter(email=NEW["email"]).exists()
    with pytest.raises(Conflict):
        arrive(made(cast.alice), name="Gil", email="gil@example.invalid")


@pytest.mark.usefixtures("no_mail")
def test_an_invitation_that_ends_while_somebody_types_says_so(
    cast: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation, jeanne = made(cast.alice), browse(None)

    def late(*said: Any, **account: Any) -> User:
        revoke(cast.alice, invitation)
        return arrive(*said, **account)

    monkeypatch.setattr("spheres.invitations.views.actions.arrive", late)
    answer = jeanne.post(f"{path(invitation)}/arrival", NEW | {"password": PASSWORD}, follow=True)
    assert answer.status_code == 410
    assert not User.objects.filter(email=NEW["email"]).exists()
