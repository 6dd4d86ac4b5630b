"""What an operator sees and changes; what everybody else does not; whether a process is well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from pytest_django import Settings

from alveole.backup.errors import Halted
from alveole.backup.models import Proof
from alveole.backup.schema import NEWER_DATABASE
from alveole.hosting import health, lights, tasks
from alveole.hosting.actions import change_mail
from alveole.hosting.mail import OURS, sender
from alveole.hosting.models import Site
from journal.errors import Refused
from spheres.models import Membership
from tests.alveole.mailbox import mailbox
from tests.conftest import Cast

pytestmark = pytest.mark.db

Browse = Callable[[Membership | None], Client]
MAIL = {"mail_host": "127.0.0.1", "mail_security": "none", "mail_user": "", "mail_password": "", "mail_from": "a@b.fr"}


@pytest.fixture
def operator(cast: Cast, browse: Browse) -> Client:
    """Alice runs the site."""
    assert cast.alice.person is not None
    cast.alice.person.is_staff = True
    cast.alice.person.save(update_fields=["is_staff"])
    return browse(cast.alice)


@pytest.fixture
def ours(settings: Settings) -> None:
    """Send mail as a site does, not as tests do."""
    settings.EMAIL_BACKEND = OURS


def test_an_operators_page_is_nowhere_for_everybody_else(cast: Cast, browse: Browse, operator: Client) -> None:
    assert operator.get("/operator/").status_code == 200
    for somebody in (cast.bob, cast.dan, cast.eve, None):
        nowhere, found = (browse(somebody).get(path) for path in ("/operator-made-up/", "/operator/"))
        assert (found.status_code, found.content) == (404, nowhere.content)
        assert browse(somebody).post("/operator/mail/", MAIL | {"mail_port": 25}).status_code == 404
    assert not Site.objects.exists()


def test_the_way_there_is_shown_to_operators_alone(cast: Cast, browse: Browse, operator: Client) -> None:
    assert 'href="/operator/"' in operator.get("/me/").content.decode()
    assert "/operator/" not in browse(cast.bob).get("/me/").content.decode()


def test_it_holds_nothing_of_any_sphere(cast: Cast, operator: Client) -> None:
    cast.say(cast.bob, "un secret de chantier")
    page = operator.get("/operator/").content.decode()
    main = page.split("<main")[1]
    assert "secret" not in main
    assert cast.sphere.name not in main


def test_mail_is_set_tried_and_sent_by_the_named_server(
    cast: Cast, operator: Client, ours: None, browse: Browse
) -> None:
    anonymous = browse(None)
    assert anonymous.get("/sign-in/code/").status_code == 404
    assert "/sign-in/code/" not in anonymous.get("/sign-in/").content.decode()
    with mailbox() as box:
        tried = operator.post("/operator/mail/", MAIL | {"mail_port": box.port, "only_test": "1"})
        assert tried.status_code == 200
        assert (box.mails[0]["To"], Site.objects.exists()) == ("alice@example.invalid", False)
        operator.post("/operator/mail/", MAIL | {"mail_port": box.port})
        assert "/sign-in/code/" in anonymous.get("/sign-in/").content.decode()
        anonymous.post("/sign-in/code/", {"email": "bob@example.invalid"})
    assert (box.mails[1]["To"], box.mails[1]["From"]) == ("bob@example.invalid", "Alvéole <a@b.fr>")


def test_a_mail_server_that_is_gone_is_said_to_whoever_waits_for_a_code(
    cast: Cast, operator: Client, ours: None, browse: Browse
) -> None:
    with mailbox() as box:
        pass
    operator.post("/operator/mail/", MAIL | {"mail_port": box.port})
    asked = browse(None).post("/sign-in/code/", {"email": "bob@example.invalid"})
    assert asked.status_code == 503
    assert "account/not_mailed.html" in [template.name for template in asked.templates]


def test_wrong_mail_settings_change_nothing_and_are_kept(cast: Cast, operator: Client, ours: None) -> None:
    wrong = operator.post("/operator/mail/", MAIL | {"mail_port": 25, "mail_from": "nobody"})
    assert wrong.status_code == 422
    assert 'value="nobody"' in wrong.content.decode()
    assert not Site.objects.exists()


def test_a_password_that_is_kept_is_never_shown_and_stays_until_another_is_typed(
    cast: Cast, operator: Client, ours: None
) -> None:
    mail = MAIL | {"mail_port": 25, "mail_user": "chantier", "mail_password": "gardé secret"}
    operator.post("/operator/mail/", mail)
    assert "gardé secret" not in operator.get("/operator/").content.decode()
    operator.post("/operator/mail/", mail | {"mail_password": "", "mail_port": 26})
    kept = Site.objects.get()
    assert (kept.mail_port, kept.mail_password) == (26, "gardé secret")
    operator.post("/operator/mail/", mail | {"mail_password": "", "mail_user": "autre"})
    assert Site.objects.get().mail_password == ""


@pytest.mark.parametrize(
    "wrong", [{"mail_user": "chantier", "mail_password": "été-1234"}, {"mail_user": "équipe", "mail_password": "x"}]
)
def test_an_accent_in_a_password_is_a_sentence_and_no_failure_of_ours(
    cast: Cast, operator: Client, ours: None, wrong: dict[str, str]
) -> None:
    with mailbox() as box:
        tried = operator.post("/operator/mail/", MAIL | wrong | {"mail_port": box.port, "only_test": "1"})
    assert tried.status_code == 200
    assert tried.context["test"]["failure"]


def test_only_an_operator_changes_the_mail_server(cast: Cast, operator: Client) -> None:
    assert cast.alice.person is not None
    assert cast.bob.person is not None
    change_mail(cast.alice.person, mail={"mail_host": "one.invalid"})
    with pytest.raises(Refused):
        change_mail(cast.bob.person, mail={"mail_host": "two.invalid"})
    assert Site.objects.get().mail_host == "one.invalid"


@pytest.mark.parametrize("host", ["smtp..exemple.fr", "x" * 64 + ".fr"])
def test_a_name_that_no_machine_has_is_said(cast: Cast, operator: Client, ours: None, host: str) -> None:
    wrong = operator.post("/operator/mail/", MAIL | {"mail_port": 25, "mail_host": host})
    assert (wrong.status_code, "mail_host" in wrong.context["form"].errors) == (422, True)


def test_a_sites_name_of_two_lines_goes_out_in_one(cast: Cast, operator: Client, ours: None) -> None:
    Site(name="Chez\r\nnous", language="fr").save()
    with mailbox() as box:
        operator.post("/operator/mail/", MAIL | {"mail_port": box.port, "only_test": "1"})
    assert "Chez nous" in box.mails[0]["Subject"]


def test_a_sites_name_cannot_write_another_header() -> None:
    assert (
        sender('Chez "nous"\r\nBcc: eve@example.invalid', "a@b.fr") == '"Chez nous Bcc: eve@example.invalid" <a@b.fr>'
    )


@pytest.mark.parametrize(
    ("address", "is_https", "state"),
    [
        ("https://a.example.org", True, "good"),
        ("http://localhost:8000", False, "look"),
        ("http://a.example.org", False, "bad"),
    ],
)
def test_an_address_without_https_is_said_to_be_bad(
    settings: Settings, address: str, is_https: bool, state: str
) -> None:
    settings.ALVEOLE_URL, settings.IS_HTTPS = address, is_https
    settings.SITE_HOST = urlsplit(address).hostname
    light = lights.address()
    assert (light.state, address in light.sentence) == (state, True)
    assert bool(light.mend) == (state != "good")


def test_a_worker_is_seen_missed_and_seen_again(db: None) -> None:
    assert lights.worker().state == "look"
    tasks.tell_that_the_worker_lives()
    assert lights.worker().state == "good"
    cache.set(tasks.WORKER_SEEN, (timezone.now() - timedelta(minutes=5)).timestamp())
    assert (lights.worker().state, "5" in lights.worker().sentence) == ("bad", True)


def test_the_last_proven_restore_is_a_light(db: None) -> None:
    assert lights.backups().state == "look"
    Proof(archive="a", at=timezone.now() - timedelta(hours=2)).save()
    assert lights.backups().state == "good"
    Proof(archive="b", failure="A row of table x differs.").save()
    assert (lights.backups().state, "table x" in lights.backups().sentence) == ("bad", True)
    assert str(timezone.localtime(timezone.now() - timedelta(hours=2)).year) in lights.backups().mend
    Proof.objects.update(at=timezone.now() - timedelta(hours=40), failure="")
    assert lights.backups().state == "bad"


def test_why_a_trial_failed_is_said_in_the_readers_language(cast: Cast, operator: Client) -> None:
    assert cast.alice.person is not None
    cast.alice.person.language = "fr"
    cast.alice.person.save(update_fields=["language"])
    Proof(archive="a", failure=Halted("There is no site here to save.").as_json()).save()
    assert "Il n’y a ici aucun site à sauvegarder." in operator.get("/operator/").content.decode()
    full = Halted("The backup was not written to %(file)s. Nothing is left of it.", file="a", system="No <space> left")
    newer = Halted(NEWER_DATABASE, step="messaging.9999_later")
    for halted, french in {
        full: "Le dernier essai a échoué\u00a0: La sauvegarde n’a pas été écrite dans a. Il n’en reste rien.",
        newer: "Le dernier essai a échoué\u00a0: Cette base de données vient d’un Alvéole plus récent (messaging.9999",
    }.items():
        Proof(archive="a", failure=halted.as_json()).save()
        light = next(light for light in operator.get("/operator/").context["lights"] if french in light.sentence)
        assert light.system == halted.system
        assert "No" not in light.sentence
    Proof(archive="a", failure=full.as_json()).save()
    page = operator.get("/operator/").content.decode()
    assert 'Dans les mots du système\u00a0: <span lang="en">No &lt;space&gt; left</span></p>' in page
    Proof(archive="b", failure="By a version that kept the English alone.").save()
    assert "By a version that kept the English alone." in operator.get("/operator/").content.decode()


def test_the_worst_stands_first(cast: Cast, settings: Settings) -> None:
    settings.ALVEOLE_URL, settings.IS_HTTPS, settings.SITE_HOST = "http://a.example.org", False, "a.example.org"
    states = [light.state for light in lights.lights()]
    assert states[0] == "bad"
    assert states == sorted(states, key=["bad", "look", "good"].index)


def test_a_process_is_alive_and_ready(db: None) -> None:
    anywhere = Client(headers={"host": "10.0.0.7:8000"})
    assert anywhere.get("/health/live").status_code == 200
    ready = anywhere.get("/health/ready")
    assert ready.json()["database"] is ready.json()["migrations"] is True
    assert anywhere.get("/sign-in/").status_code == 400  # only health is for whoever calls by number


def test_a_process_without_valkey_is_not_ready(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.VALKEY_URL = f"unix://{tmp_path}/nobody.sock"
    health._valkey.cache_clear()
    try:
        ready = Client(headers={"host": site_settings.SITE_HOST}).get("/health/ready")
        assert (ready.status_code, ready.json()["valkey"]) == (503, False)
        assert (lights.valkey().state, lights.queue().state) == ("bad", "look")
    finally:
        health._valkey.cache_clear()


def test_a_database_that_waits_for_migrations_is_not_ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    health._migrated.cache_clear()
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("hosting", "0001_initial")
    try:
        assert not health.is_migrated()
    finally:
        recorder.record_applied("hosting", "0001_initial")
    # Not at once: reading every migration is dear, and anybody may ask.
    assert not health.is_migrated()
    monkeypatch.setattr(health, "_asks_again_at", 0.0)
    assert health.is_migrated()


def test_every_light_has_a_name_and_a_sentence(cast: Cast, operator: Client) -> None:
    page = operator.get(reverse("hosting:home"))
    found = page.context["lights"]
    assert len(found) == len(lights.LOOKS)
    for light in found:
        assert escape(light.name) in page.content.decode()
        assert escape(light.sentence) in page.content.decode()
