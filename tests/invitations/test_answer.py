"""A letter tells whoever asked to come in what was answered: once, calmly, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from alveole.hosting.mail import OURS
from journal import clock
from spheres.actions import delete_sphere, end_membership, settle
from spheres.invitations import actions, tasks
from spheres.invitations.actions import ask, come_in, decide, revoke
from spheres.invitations.answering import tell_some
from spheres.invitations.models import Request
from spheres.models import Membership
from tests.conftest import Cast, person
from tests.invitations.making import made, path
from tests.invitations.test_mail import real_mail

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]


def asked(cast: Cast) -> Request:
    """Let Eve ask to come in."""
    assert cast.eve.person
    return ask(cast.eve.person, made(cast.alice, needs_approval=True), name="Ève")


def answered(cast: Cast, *, is_accepted: bool) -> Request:
    """Let Alice answer her."""
    request = asked(cast)
    decide(cast.alice, request, is_accepted=is_accepted)
    return fresh(request)


def fresh(request: Request) -> Request:
    return Request.objects.whole().get(pk=request.pk)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_who_is_let_in_is_told_where(cast: Cast, language: str) -> None:
    assert cast.eve.person
    cast.eve.person.language = language
    cast.eve.person.save(update_fields=["language"])
    request = answered(cast, is_accepted=True)
    settle(cast.alice, wanted={"name": "Chantier Nord"}, seen={})
    tasks.tell_answers()
    tasks.tell_answers()
    (sent,) = mail.outbox
    assert sent.to == ["eve@example.invalid"]
    assert sent.subject == {"en": "You are in: Chantier Nord", "fr": "Vous y êtes : Chantier Nord"}[language]
    assert f"{site_settings.ALVEOLE_URL}/s/{cast.sphere.slug}/" in str(sent.body)
    assert {"en": "said yes", "fr": "ont dit oui"}[language] in str(sent.body)
    assert sent.extra_headers["Message-ID"] == f"<{request.pk}@{site_settings.SITE_HOST}>"
    assert fresh(request).letter == "sent"


def test_who_is_not_let_in_learns_nothing_new(cast: Cast) -> None:
    request = asked(cast)
    settle(cast.alice, wanted={"name": "Secret"}, seen={})
    decide(cast.alice, request, is_accepted=False)
    tell_some()
    (sent,) = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    said = f"{sent.subject} {sent.body} {sent.alternatives}"
    assert sent.subject == "Your request: Chantier"
    assert "did not say yes this time" in said
    assert not [word for word in ("Secret", "Alice", "Bob", cast.sphere.slug, str(cast.sphere.pk)) if word in said]


def test_where_the_name_was_not_kept_none_is_said(cast: Cast) -> None:
    request = answered(cast, is_accepted=False)
    Request.objects.filter(pk=request.pk).update(asked_for="")
    tell_some()
    assert mail.outbox[0].subject == f"Your request: {site_settings.SITE_HOST}"
    assert "a sphere here" in str(mail.outbox[0].body)


def test_who_has_no_address_and_a_site_without_mail_write_no_letter(cast: Cast, settings: Any) -> None:
    assert cast.eve.person
    request = asked(cast)
    settings.EMAIL_BACKEND = OURS  # and no server was named
    decide(cast.alice, request, is_accepted=False)
    assert fresh(request).letter == ""
    request = asked(cast)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    type(cast.eve.person).objects.filter(pk=cast.eve.person.pk).update(email=None)
    decide(cast.alice, fresh(request), is_accepted=False)
    assert fresh(request).letter == ""
    tasks.send_what_waits()
    assert mail.outbox == []


@pytest.mark.parametrize("meanwhile", ["left", "deleted", "closed", "came in"])
def test_what_is_no_longer_so_is_not_told(cast: Cast, meanwhile: str) -> None:
    request = answered(cast, is_accepted=meanwhile != "came in")
    if meanwhile == "left":
        place = Membership.objects.of(request.person).get(sphere=cast.sphere)
        end_membership(cast.alice, place)
    elif meanwhile == "deleted":
        delete_sphere(cast.alice)
    elif meanwhile == "closed":
        type(request.person).objects.filter(pk=request.person_id).update(is_active=False)
    else:
        come_in(request.person, made(cast.alice), name="Ève")
    tell_some()
    assert (mail.outbox, fresh(request).letter) == ([], "failed")


def test_the_page_of_whoever_waits_says_that_a_letter_comes(cast: Cast, browse: Browse, settings: Any) -> None:
    invitation, eve = made(cast.alice, needs_approval=True), browse(cast.eve)
    eve.post(path(invitation), {"name": "Eve"})
    assert "is mailed to you too" in eve.get(path(invitation)).content.decode()
    settings.EMAIL_BACKEND = OURS
    assert "is mailed to you too" not in eve.get(path(invitation)).content.decode()


def test_the_first_answer_is_told_and_no_second_one(cast: Cast) -> None:
    request = asked(cast)
    decide(cast.alice, request, is_accepted=False)
    decide(cast.alice, request, is_accepted=True)
    tell_some()
    assert [sent.subject for sent in mail.outbox] == ["Your request: Chantier"]


def test_a_worker_that_died_is_made_up_for_under_the_same_number(cast: Cast, settings: Any) -> None:
    with real_mail(settings) as box:
        request = answered(cast, is_accepted=True)
        assert actions.claim_answer() == request
        assert actions.claim_answer() is None  # in hand
        with clock.at(clock.now() + timedelta(minutes=14)):
            tell_some()
        assert box.mails == []
        with clock.at(clock.now() + timedelta(minutes=16)):
            tell_some()
    assert [str(one["Message-ID"]) for one in box.mails] == [f"<{request.pk}@{site_settings.SITE_HOST}>"]


def test_a_mail_server_that_is_away_is_waited_for_and_one_that_says_no_is_believed(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with real_mail(settings):
        pass  # it has just stopped
    request = answered(cast, is_accepted=False)
    assert not tell_some()
    assert fresh(request).letter == "waiting"
    for number in range(1, actions.MOST_TRIES + 1):
        with clock.at(clock.now() + number * timedelta(minutes=6)):
            tell_some()
    assert fresh(request).letter == "failed"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def refuses(*_: Any) -> None:
        raise SMTPRecipientsRefused({"eve@example.invalid": (550, b"no such box")})

    again = answered(cast, is_accepted=False)
    monkeypatch.setattr(EmailBackend, "send_messages", refuses)
    tell_some()
    assert (fresh(again).letter, fresh(again).tries) == ("failed", 1)


def test_the_clock_finds_what_nobody_was_woken_for(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[object] = []
    monkeypatch.setattr(tasks, "wake", lambda *said: woken.append(said))
    tasks.send_what_waits()
    assert woken == []
    answered(cast, is_accepted=True)
    tasks.send_what_waits()
    assert woken == [(tasks.tell_answers.name,)]
    monkeypatch.setattr(tasks, "tell_some", lambda: True)
    tasks.tell_answers()
    assert woken == [(tasks.tell_answers.name,)] * 2


def test_many_are_told_in_their_turn(cast: Cast) -> None:
    invitation = made(cast.alice, needs_approval=True, max_uses=None)
    for name in ("Gil", "Hana", "Ida"):
        decide(cast.alice, ask(person(name), invitation, name=name), is_accepted=False)
    revoke(cast.alice, invitation)
    assert not tell_some()
    assert [sent.to[0] for sent in mail.outbox] == [f"{name}@example.invalid" for name in ("gil", "hana", "ida")]
