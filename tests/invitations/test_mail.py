"""Inviting by mail: what is pasted, what is shown beforehand, what arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from accounts.models import User
from alveole.hosting.mail import OURS
from alveole.hosting.models import Site
from journal import clock
from journal.errors import Conflict, Invalid, Refused
from journal.ids import uuid7
from spheres.actions import archive, end_membership, give_role, reopen, settle
from spheres.invitations import actions, sending, tasks
from spheres.invitations.actions import send_by_mail
from spheres.invitations.addresses import Addressee, addressees, decoded
from spheres.invitations.models import Invitation, Letter, Mailing
from spheres.invitations.sending import send_some
from spheres.invitations.tokens import link_of
from spheres.models import Membership
from spheres.seal import inside
from tests.alveole.mailbox import Mailbox, mailbox
from tests.commanding import fields, post
from tests.conftest import Cast
from tests.invitations.making import NEW, path, place_of
from tests.sync.device import Device

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
MOST_QUERIES = 200  # for 10,000 rows: SQLite takes some seventy at a time, PostgreSQL five hundred
HOW = {"role": "member", "days": "14", "language": "fr"}


@contextmanager
def real_mail(settings: Any) -> Iterator[Mailbox]:
    """Send by a mail server of this machine."""
    settings.EMAIL_BACKEND = OURS
    with mailbox() as box:
        set_up_for(box)
        yield box


def set_up_for(box: Mailbox) -> None:
    """Do what an operator does who names this mail server."""
    mail = {"host": "127.0.0.1", "port": box.port, "security": "none", "from": "site@example.invalid"}
    said = {f"mail_{name}": value for name, value in mail.items()}
    Site.objects.update_or_create(id=1, defaults={"name": "A", "language": "fr", **said})


def mailing_of(cast: Cast, *addresses: str, **said: Any) -> Mailing:
    found = [Addressee(number, address) for number, address in enumerate(addresses, 1)]
    with inside(cast.sphere):
        return send_by_mail(cast.alice, id=uuid7(), found=found, **said)


def letters(cast: Cast) -> dict[str, str]:
    with inside(cast.sphere):
        return dict(Letter.objects.values_list("address", "state"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@x.fr", [(1, "a@x.fr", "")]),
        ("A@X.fr\n\n  b@x.fr ", [(1, "a@x.fr", ""), (3, "b@x.fr", "")]),
        ("nom;e-mail\nJeanne Martin;j@x.fr", [(2, "j@x.fr", "Jeanne Martin")]),
        ("Jeanne\tMartin\tj@x.fr", [(1, "j@x.fr", "Jeanne Martin")]),
        ('"Martin, Jeanne",j@x.fr', [(1, "j@x.fr", "Martin, Jeanne")]),
        ('"Martin, Jeanne" <j@x.fr>; Paul <p@x.fr>', [(1, "j@x.fr", "Martin, Jeanne"), (1, "p@x.fr", "Paul")]),
        ("a@x.fr, b@x.fr", [(1, "a@x.fr", ""), (1, "b@x.fr", "")]),
        ("j@x.fr;Jeanne", [(1, "j@x.fr", "Jeanne")]),
        ("Jeanne\na@x.fr", [(1, "Jeanne", ""), (2, "a@x.fr", "")]),
        (";;\n,,", []),
    ],
)
def test_addresses_are_read_as_people_paste_them(text: str, found: list[tuple[int, str, str]]) -> None:
    assert [(one.line, one.address, one.name) for one in addressees(text)] == found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_is_read_as_excel_writes_it(encoding: str) -> None:
    assert decoded("Zoé;z@x.fr".encode(encoding)) == "Zoé;z@x.fr"


def test_what_will_happen_is_shown_line_by_line_before_anything_is_sent(cast: Cast, browse: Browse) -> None:
    mailing_of(cast, "invited@example.invalid")
    lines = ["new@example.invalid", "bob@example.invalid", "Alice <alice@example.invalid>", "invited@example.invalid"]
    file = SimpleUploadedFile("list.csv", b"nom;mail\nX;NEW@example.invalid\nY;not an address@\n")
    said = HOW | {"text": "\n".join(lines), "file": file}
    page = browse(cast.alice).post(f"/s/{cast.sphere.slug}/invitations/by-mail/", said)
    verdicts = [(one.addressee.line, str(one.verdict.value)) for one in page.context["lines"]]
    assert verdicts == [
        (1, "new"), (2, "member"), (3, "oneself"), (4, "invited"), (5, "wrong"), (6, "double"), (7, "wrong")
    ]  # fmt: skip
    assert page.context["new"] == 1
    assert "Send 1 invitation" in page.content.decode()
    assert (Mailing.objects.count(), len(mail.outbox)) == (1, 0)


def test_nothing_to_read_is_said_at_the_field(cast: Cast, browse: Browse) -> None:
    address = f"/s/{cast.sphere.slug}/invitations/by-mail/"
    for text in ("", " \n;"):
        assert browse(cast.alice).post(address, HOW | {"text": text}).status_code == 422
    many = browse(cast.alice).post(address, HOW | {"text": "\n".join(f"p{n}@x.fr" for n in range(5_001))})
    assert many.status_code == 422
    assert "at most 5,000" in many.content.decode()


def test_five_thousand_go_in_one_paste(cast: Cast, browse: Browse, django_assert_max_num_queries: Any) -> None:
    text = "\n".join(f"Personne {n};p{n}@example.invalid" for n in range(5_000))
    alice = browse(cast.alice)
    said: dict[str, Any] = HOW | {"text": text}
    assert "Send 5000 invitations" in alice.post(f"/s/{cast.sphere.slug}/invitations/by-mail/", said).content.decode()
    words: dict[str, Any] = fields(cast.alice, "invitations.mail.1", id=str(uuid7()), **said)
    for _ in range(2):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert post(alice, f"/s/{cast.sphere.slug}/invitations/mailings/", words).status_code == 200
    mailing = Mailing.objects.get()
    assert (mailing.total, Invitation.objects.filter(mailing=mailing).count()) == (5_000, 5_000)
    assert send_some(mailing.pk)
    assert len(mail.outbox) == 100
    rows = Device(alice, cast.alice).pull().shown.values()
    (row,) = [row for row in rows if row["k"] == "invitations.mailing"]
    assert (row["facts"]["sent"], row["facts"]["total"], row["facts"]["finished"]) == (100, 5_000, False)
    assert not [row for row in rows if row["k"] == "invitations.invitation"]


def test_a_letter_says_who_invites_into_what_and_brings_one_person_in(cast: Cast, browse: Browse) -> None:
    mailing = mailing_of(cast, "jeanne@example.invalid", language="en")
    assert not send_some(mailing.pk)
    (sent,) = mail.outbox
    invitation = Invitation.objects.whole().get(mailing=mailing)
    with inside(cast.sphere):
        letter = Letter.objects.get()
    assert (sent.to, sent.subject) == (["jeanne@example.invalid"], "Alice invites you: Chantier")
    assert sent.extra_headers["Message-ID"] == f"<{letter.pk}@{settings.SITE_HOST}>"
    assert isinstance(sent, EmailMultiAlternatives)
    html = sent.alternatives[0][0]
    assert all(link_of(invitation) in str(body) for body in (sent.body, html))
    assert str(letter) == str(letter.pk)
    # The mail has shown that the address is hers: no code is asked for.
    jeanne = browse(None)
    answer = jeanne.post(f"{path(invitation)}/arrival", NEW)
    assert answer.headers["Location"] == f"/s/{cast.sphere.slug}/"
    assert place_of("Jeanne Martin", cast).role == "member"
    assert browse(None).get(path(invitation)).status_code == 410


def test_somebody_else_s_address_is_proven_by_a_code_all_the_same(cast: Cast, browse: Browse) -> None:
    mailing_of(cast, "jeanne@example.invalid")
    invitation = Invitation.objects.whole().get()
    said = NEW | {"email": "other@example.invalid", "next": path(invitation)}
    answer = browse(None).post(f"{path(invitation)}/arrival", said)
    assert answer.headers["Location"].startswith("/sign-in/code/confirm/")
    assert not Membership.objects.filter(person__email="other@example.invalid").exists()


def test_a_name_begins_no_header(cast: Cast) -> None:
    Membership.objects.filter(pk=cast.alice.pk).update(name="Alice\r\nBcc: eve@example.invalid")
    send_some(mailing_of(cast, "jeanne@example.invalid").pk)
    assert "\n" not in mail.outbox[0].subject


def test_nobody_sends_more_than_they_may(cast: Cast) -> None:
    with inside(cast.sphere):
        found = [Addressee(1, "jeanne@example.invalid")]
        first = send_by_mail(cast.alice, id=uuid7(), found=found)
        for by, role in ((cast.bob, "member"), (cast.alice, "guest")):
            with pytest.raises(Refused):
                send_by_mail(by, id=uuid7(), found=found, role=role)
        with pytest.raises(Invalid):
            send_by_mail(cast.alice, id=uuid7(), found=found)  # invited already
        with pytest.raises(Conflict):
            send_by_mail(cast.alice, id=first.pk, found=[Addressee(1, "other@example.invalid")])


def test_only_whoever_sent_them_sees_to_whom(cast: Cast, browse: Browse) -> None:
    mailing = mailing_of(cast, "jeanne@example.invalid")
    address = reverse("invitations:mailing", args=[cast.sphere.slug, mailing.pk])
    assert "jeanne@example.invalid" in browse(cast.alice).get(address).content.decode()
    assert [browse(who).get(address).status_code for who in (cast.bob, cast.eve)] == [404, 404]
    assert str(mailing) == str(mailing.pk)


def test_what_a_removed_inviter_had_waiting_is_not_sent(cast: Cast) -> None:
    gil = actions.come_in(User.objects.get(name="Eve"), made_administrator(cast), name="Gil")
    with inside(cast.sphere):
        mailing = send_by_mail(gil, id=uuid7(), found=[Addressee(1, "jeanne@example.invalid")])
    end_membership(cast.alice, gil)
    send_some(mailing.pk)
    assert (len(mail.outbox), letters(cast)) == (0, {"jeanne@example.invalid": "failed"})


def made_administrator(cast: Cast) -> Invitation:
    return actions.invite(cast.alice, id=uuid7(), role="administrator")


def test_a_mailed_invitation_is_taken_back(cast: Cast, browse: Browse) -> None:
    mailing = mailing_of(cast, "jeanne@example.invalid", "gil@example.invalid")
    here, alice = f"/s/{cast.sphere.slug}/invitations/mailings/{mailing.pk}/", browse(cast.alice)
    with inside(cast.sphere):
        first = Letter.objects.of(mailing)[0].invitation
    way = f"/s/{cast.sphere.slug}/invitations/{first.pk}/revocation/"
    assert alice.get(here).content.decode().count(f'formaction="{way}"') == 1
    answer = alice.post(way, fields(cast.alice, "invitations.revoke.1"))
    assert (answer.status_code, answer["Location"]) == (303, here)
    page = alice.get(here).content.decode()
    assert (page.count("Taken back"), page.count('formaction="')) == (1, 1)
    assert browse(None).get(link_of(first).removeprefix(settings.ALVEOLE_URL)).status_code == 410
    send_some(mailing.pk)
    assert [message.to for message in mail.outbox] == [["gil@example.invalid"]]


def test_who_may_bring_nobody_in_learns_of_nobody(cast: Cast, browse: Browse) -> None:
    said = {"text": "bob@example.invalid\nida@example.invalid", **HOW}
    here = f"/s/{cast.sphere.slug}/invitations/by-mail/"
    assert "is a member already" in browse(cast.alice).post(here, said).content.decode()
    for member in (cast.bob, cast.carol):
        answer = browse(member).post(here, said)
        assert (answer.status_code, "already" in answer.content.decode()) == (403, False)


def test_nobody_who_brings_members_in_writes_to_somebody_who_has_a_letter(cast: Cast, browse: Browse) -> None:
    gil = actions.come_in(User.objects.get(name="Eve"), made_administrator(cast), name="Gil")
    mailing_of(cast, "ida@example.invalid")
    here, said = f"/s/{cast.sphere.slug}/invitations/by-mail/", {"text": "ida@example.invalid", **HOW}
    assert "has an invitation already<" in browse(cast.alice).post(here, said).content.decode()
    assert "has an invitation already, from somebody else" in browse(gil).post(here, said).content.decode()
    more: dict[str, Any] = said
    words = fields(gil, "invitations.mail.1", id=str(uuid7()), **more)
    assert post(browse(gil), f"/s/{cast.sphere.slug}/invitations/mailings/", words).status_code == 422
    # A letter that lets nobody in any more is in nobody's way.
    give_role(gil, cast.alice, role="member")
    words = fields(gil, "invitations.mail.1", id=str(uuid7()), **more)
    assert post(browse(gil), f"/s/{cast.sphere.slug}/invitations/mailings/", words).status_code == 200
    assert Mailing.objects.count() == 2


def test_to_whom_others_sent_is_told_to_no_member(cast: Cast, browse: Browse) -> None:
    mailing_of(cast, "ida@example.invalid")
    settle(cast.alice, wanted={"members_invite": "yes"}, seen={})
    here, said = (
        f"/s/{cast.sphere.slug}/invitations/by-mail/",
        {"text": "ida@example.invalid", **HOW, "role": "visitor"},
    )
    assert "has an invitation already" in browse(cast.alice).post(here, said).content.decode()
    answer = browse(cast.bob).post(here, said)
    assert (answer.status_code, "has an invitation already" in answer.content.decode()) == (200, False)


def test_letters_wait_while_a_sphere_is_archived(cast: Cast) -> None:
    mailing = mailing_of(cast, "ida@example.invalid")
    archive(cast.alice)
    tasks.send_what_waits()
    assert not send_some(mailing.pk)
    assert letters(cast) == {"ida@example.invalid": "waiting"}
    reopen(cast.alice)
    send_some(mailing.pk)
    assert letters(cast) == {"ida@example.invalid": "sent"}


def test_an_address_that_the_server_refuses_fails_and_the_others_go(cast: Cast, settings: Any) -> None:
    async def take(self: Any, server: Any, session: Any, envelope: Any, address: str, *_: Any) -> str:
        if address.startswith("gone"):
            return "550 no such box"
        if address.startswith("later"):
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    with pytest.MonkeyPatch.context() as patch, real_mail(settings) as box:
        patch.setattr(Mailbox, "handle_RCPT", take, raising=False)
        mailing = mailing_of(cast, "gone@example.invalid", "later@example.invalid", "jeanne@example.invalid")
        send_some(mailing.pk)
        assert letters(cast) == {
            "gone@example.invalid": "failed",
            "later@example.invalid": "waiting",
            "jeanne@example.invalid": "sent",
        }
        mailing.refresh_from_db()
        assert (mailing.sent, mailing.failed, mailing.finished_at) == (1, 1, None)
        patch.undo()
        with clock.at(clock.now() + timedelta(minutes=6)):
            send_some(mailing.pk)
        mailing.refresh_from_db()
        assert (mailing.sent, mailing.failed) == (2, 1)
        assert mailing.finished_at
        assert [arrived["To"] for arrived in box.mails] == ["jeanne@example.invalid", "later@example.invalid"]


def test_a_mail_server_that_is_away_is_waited_for_and_given_up_in_the_end(cast: Cast, settings: Any) -> None:
    with real_mail(settings):
        pass  # it has just stopped
    mailing = mailing_of(cast, "a@example.invalid", "b@example.invalid")
    send_some(mailing.pk)
    assert letters(cast) == {"a@example.invalid": "waiting", "b@example.invalid": "waiting"}
    for number in range(1, 2 * actions.MOST_TRIES + 1):
        with clock.at(clock.now() + number * timedelta(minutes=6)):
            send_some(mailing.pk)
    assert set(letters(cast).values()) == {"failed"}
    mailing.refresh_from_db()
    assert mailing.finished_at


def test_the_clock_finds_what_nobody_was_woken_for(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    mailing = mailing_of(cast, "jeanne@example.invalid")
    woken: list[object] = []
    monkeypatch.setattr(tasks, "wake", lambda *said: woken.append(said))
    tasks.send_what_waits()
    told = ("spheres.invitations.tasks.send_mailing", str(mailing.pk))
    assert woken == [told]
    tasks.send_mailing(str(mailing.pk))
    tasks.send_what_waits()
    assert (woken, len(mail.outbox)) == ([told], 1)


def test_a_mail_that_the_server_answers_oddly_is_understood() -> None:
    assert sending.answer_of(SMTPRecipientsRefused({"a": (550, b"no")})) == (550, "no")
    assert sending.answer_of(OSError("away")) == (None, "away")
