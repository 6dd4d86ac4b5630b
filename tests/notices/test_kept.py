"""What the site says that it keeps is what it keeps: each limit is enforced, and no model is left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db.models import Model
from django.test import Client
from django.utils import timezone, translation
from django.utils.html import escape
from pytest_django import Settings

from accounts.actions import make_link
from accounts.models import SignInLink, User
from alveole.backup.nightly import _make_room
from alveole.limits import LIMITS, spend
from alveole.notices.retention import NOBODYS, TABLE, Kept
from alveole.operators.actions import note_export
from files.actions import announce
from files.models import File
from journal import clock
from journal.ids import uuid7
from journal.models import Entry, Receipt
from messaging.actions import delete_message
from messaging.models import Message
from spheres.actions import create_sphere, delete_sphere, present
from spheres.invitations.actions import send_by_mail
from spheres.invitations.addresses import Addressee
from spheres.invitations.models import Invitation, Letter
from spheres.models import Membership, Sphere
from spheres.seal import inside
from tests.alveole.office import operator
from tests.conftest import Cast
from tests.files.sending import shown_by

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
# Makes something that lay idle for so long, and gives a way to ask whether it is still there.
Make = Callable[[Cast, timedelta], Callable[[], bool]]


def bob(cast: Cast) -> User:
    assert cast.bob.person is not None
    return cast.bob.person


def a_session(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    key = uuid7().hex
    ends = timezone.now() - idle + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    Session.objects.create(session_key=key, session_data="", expire_date=ends)
    return Session.objects.filter(session_key=key).exists


def a_link(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    with clock.at(clock.now() - idle):
        make_link(bob(cast), lifetime=timedelta(0))
    newest = SignInLink.objects.order_by("-expires_at" if idle < timedelta(days=1) else "expires_at").first()
    assert newest is not None
    return SignInLink.objects.filter(pk=newest.pk).exists


def a_receipt(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    command = uuid7()
    Receipt.objects.create(user=bob(cast), command=command, name="x", at=clock.now() - idle, outcome="accepted")
    return Receipt.objects.filter(command=command).exists


def a_change(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    with clock.at(clock.now() - idle):
        present(cast.bob, name=f"Bob {idle.days}")
    entry = Entry.objects.current().get(object_id=cast.bob.pk, journal_id=cast.sphere.journal_id)
    present(cast.bob, name=f"Bob after {idle.days}")
    return Entry.objects.filter(journal_id=entry.journal_id, seq=entry.seq).exists


def a_letter(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    with inside(cast.sphere):
        mailing = send_by_mail(cast.alice, id=uuid7(), found=[Addressee(1, f"{uuid7().hex}@example.invalid")])
    Invitation.objects.filter(mailing=mailing).update(expires_at=clock.now() - idle)

    def is_there() -> bool:
        with inside(cast.sphere):
            return bool(Letter.objects.filter(mailing=mailing).exists())

    return is_there


def a_line(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    note_export(operator(), User)
    entry = LogEntry.objects.order_by("-pk")[0]
    LogEntry.objects.filter(pk=entry.pk).update(action_time=clock.now() - idle)
    return LogEntry.objects.filter(pk=entry.pk).exists


def a_sphere(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    made = create_sphere(bob(cast), name=f"Atelier {idle}")
    with clock.at(clock.now() - idle), inside(made.sphere):
        delete_sphere(made)
    return Sphere.objects.filter(pk=made.sphere_id).exists


def a_file(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    sent = shown_by(cast.bob, cast.conversation)
    with inside(cast.sphere):
        message = Message.objects.get(attachments__file=sent)
        with clock.at(clock.now() - idle):
            delete_message(cast.bob, message)
    return is_kept(cast, sent)


def a_loose_file(cast: Cast, idle: timedelta) -> Callable[[], bool]:
    with inside(cast.sphere), clock.at(clock.now() - idle):
        return is_kept(cast, announce(cast.bob, id=uuid7(), size=3, name="loose").pk)


def is_kept(cast: Cast, sent: UUID) -> Callable[[], bool]:
    def is_there() -> bool:
        with inside(cast.sphere):
            return bool(File.objects.filter(pk=sent).exists())

    return is_there


# Each limit of the table; one without a line here fails.
CASES: dict[str, Make] = {
    "sessions": a_session,
    "links": a_link,
    "receipts": a_receipt,
    "changes": a_change,
    "letters": a_letter,
    "operators": a_line,
    "deleted spheres": a_sphere,
    "files": a_file,
    "files on their way": a_loose_file,
}
# What is not a row of the database has a test of its own, below.
OTHERWISE = {"backups", "addresses"}
LIMITED = [kept for kept in TABLE if kept.lasts is not None]


def test_every_limit_is_asked_about() -> None:
    assert {kept.name for kept in LIMITED} == CASES.keys() | OTHERWISE
    assert [kept.name for kept in TABLE if (kept.lasts is None) != ("%(" not in str(kept.until))] == []
    assert len({kept.name for kept in TABLE}) == len(TABLE)


@pytest.mark.parametrize("kept", [kept for kept in LIMITED if kept.name in CASES], ids=lambda kept: kept.name)
def test_what_has_an_end_ends_by_the_clock_and_not_before(cast: Cast, kept: Kept) -> None:
    assert kept.lasts is not None
    hour = timedelta(hours=1)
    young, old = (CASES[kept.name](cast, kept.lasts + more) for more in (-hour, hour))
    assert (young(), old()) == (True, True)
    module, _, task = str(settings.BEAT_SCHEDULE[kept.task]["task"]).rpartition(".")
    getattr(import_module(module), task)()
    assert (young(), old()) == (True, False)
    assert float(str(settings.BEAT_SCHEDULE[kept.task]["schedule"])) <= 24 * 3600


def test_backups_end_as_it_says(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.BACKUPS_DIR = tmp_path
    today = timezone.localdate()
    for days in range(200):
        (tmp_path / f"alveole-{today - timedelta(days=days)}.tar.gz").touch()
    _make_room()
    kept = next(one for one in TABLE if one.name == "backups")
    assert kept.lasts is not None
    ages = [today - date.fromisoformat(file.name[8:18]) for file in tmp_path.glob("alveole-*.tar.gz")]
    assert timedelta(days=7) < max(ages) <= kept.lasts


def test_counters_of_addresses_end_as_it_says(db: None) -> None:
    kept = next(one for one in TABLE if one.name == "addresses")
    assert kept.lasts is not None
    for name in LIMITS:
        spend(name, "10.0.0.1")
    ends = [value - timezone.now().timestamp() for key, value in cache._expire_info.items() if "limit:" in key]  # type: ignore[attr-defined]  # the memory that tests count in
    assert ends
    assert max(ends) <= kept.lasts.total_seconds()
    assert [key for key in cache._expire_info if "10.0.0.1" in key] == []  # type: ignore[attr-defined]  # the same


def models() -> dict[str, type[Model]]:
    found = apps.get_models(include_auto_created=True)
    return {model._meta.label_lower: model for model in found if not model._meta.proxy}


def test_no_model_is_left_out() -> None:
    named = {name for kept in TABLE for name in kept.models}
    assert named | NOBODYS.keys() == models().keys()
    assert named & NOBODYS.keys() == set()


def test_what_is_said_to_be_nobodys_leads_to_nobody() -> None:
    """allauth's own addresses do by their fields; no row is ever made of them."""
    people = {User, Membership}
    leading = {
        name
        for name in NOBODYS
        if any(field.related_model in people for field in models()[name]._meta.local_concrete_fields)
    }
    assert leading == {"account.emailaddress"}


def test_allauths_own_addresses_stay_empty(cast: Cast) -> None:
    client = Client(headers={"host": settings.ALVEOLE_URL.split("//")[1]})
    client.post("/sign-in/code/", {"email": "bob@example.invalid"})
    assert not models()["account.emailaddress"]._default_manager.exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_everybody_reads_it_with_and_without_account(cast: Cast, browse: Browse, language: str) -> None:
    cast.bob.person = bob(cast)
    User.objects.filter(pk=bob(cast).pk).update(language=language)
    for client in (browse(cast.bob), browse(None)):
        answer = client.get("/kept/", headers={"accept-language": language})
        page = answer.content.decode()
        assert (answer.status_code, page.count("<h1")) == (200, 1)
        with translation.override(language):
            for kept in TABLE:
                for said in (kept.what, kept.why, kept.who, kept.how_long):
                    assert escape(str(said)) in page
                assert "%(" not in kept.how_long
    with translation.override("fr"):
        receipts = next(one for one in TABLE if one.name == "receipts")
        assert receipts.how_long == "180 jours."


def test_the_way_there_is_at_the_foot(cast: Cast, browse: Browse) -> None:
    for client, path in ((browse(None), "/sign-in/"), (browse(cast.bob), "/me/")):
        assert 'href="/kept/"' in client.get(path).content.decode()
    assert browse(None).post("/kept/").status_code == 405


def test_a_device_keeps_it(cast: Cast, browse: Browse) -> None:
    shells = {one["name"]: one["html"] for one in browse(cast.bob).get("/shells/").json()["shells"]}
    assert "180 days." in shells["notices:kept"]
