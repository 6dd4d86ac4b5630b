"""A worker's process is killed at each step of a send, by a list: nothing is lost, nothing doubled but for one step."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from django.conf import settings as site_settings
from django.db import connection

from journal import clock
from spheres.invitations import actions, tasks
from spheres.invitations.models import Mailing
from spheres.seal import inside
from tests.alveole.mailbox import Mailbox
from tests.alveole.places import Place
from tests.conftest import Cast
from tests.invitations.test_mail import letters, mailing_of, real_mail

pytestmark = pytest.mark.db

LONGEST_SECONDS = 60

# Sends as a worker does, and gets SIGKILL before or after a step, the `number`th time that it is taken.
WORKER = """
import os, pkgutil, signal, sys
import django; django.setup()
when, owner, step, number, mailing = sys.argv[1:]
owner, times = pkgutil.resolve_name(owner), 0
done = getattr(owner, step)
def die(moment):
    if moment == when and times == int(number):
        os.kill(os.getpid(), signal.SIGKILL)
def dying(*said, **more):
    global times
    times += 1
    die("before")
    result = done(*said, **more)
    die("after")
    return result
setattr(owner, step, dying)
from spheres.invitations.tasks import send_mailing
send_mailing(mailing)
"""


class Step(NamedTuple):
    """Where to die: before or after the `number`th call of something."""

    when: str
    owner: str
    name: str
    number: int


ACTIONS, MAILING = "spheres.invitations.actions", "spheres.invitations.actions.mailing"
LETTER = "spheres.invitations.models:Letter"
OURS, SMTP = "alveole.hosting.mail:SiteMail", "smtplib:SMTP"
# Everything that a send of three letters does, in its order; what is done for each, with the second one.
STEPS = [
    Step("before", ACTIONS, "claim", 2),
    Step("after", LETTER, "save", 3),  # taken in hand, and not committed
    Step("after", ACTIONS, "claim", 2),
    Step("before", OURS, "open", 3),
    Step("before", OURS, "send_messages", 2),
    Step("after", SMTP, "mail", 2),
    Step("after", SMTP, "rcpt", 2),
    Step("before", "smtplib", "_quote_periods", 2),  # the server waits for the words
    Step("after", SMTP, "data", 2),  # from the server's 250 on
    Step("after", OURS, "send_messages", 2),
    Step("before", ACTIONS, "settle", 2),
    Step("after", LETTER, "save", 4),  # to our commit
    Step("after", ACTIONS, "settle", 2),
    Step("before", SMTP, "quit", 1),
    Step("before", ACTIONS, "tell_progress", 1),
    Step("after", MAILING, "record", 1),  # told, and not committed
    Step("after", ACTIONS, "tell_progress", 1),
]
BETWEEN = STEPS[8:12]
PEOPLE = [f"{name}@example.invalid" for name in ("jeanne", "gil", "hana")]


def sends_and_dies(mailing: UUID, step: Step) -> None:
    """Let a worker's process send letters of a mailing, until it is killed at a step."""
    here = Place(site_settings.DATA_DIR, str(connection.settings_dict["NAME"]), connection.vendor)
    worker = subprocess.run(
        [sys.executable, "-c", WORKER, *map(str, step), str(mailing)],
        env=here.environment | {"DJANGO_SETTINGS_MODULE": "alveole.settings"},
        cwd=site_settings.BASE_DIR,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    assert worker.returncode == -signal.SIGKILL


def arrived(box: Mailbox) -> Counter[str]:
    """Count what came to whom."""
    return Counter(str(mail["To"]) for mail in box.mails)


@pytest.mark.usefixtures("transactional_db", "valkey_server")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.when} {step.name} {step.number}")
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    # Without a worker: what the clock wakes is done at once.
    monkeypatch.setattr(tasks, "wake", lambda _task, mailing: tasks.send_mailing(mailing))
    with real_mail(settings) as box:
        mailing = mailing_of(cast, *PEOPLE)
        sends_and_dies(mailing.pk, step)
        with clock.at(clock.now() + timedelta(minutes=1)):
            tasks.send_what_waits()
        in_hand = [address for address, state in letters(cast).items() if state == "sending"]
        assert arrived(box) == Counter(set(PEOPLE) - set(in_hand) | ({PEOPLE[1]} if step in BETWEEN else set()))
        with clock.at(clock.now() + timedelta(minutes=20)):  # what was left in hand is free again
            tasks.send_what_waits()
    twice = {PEOPLE[1]} if step in BETWEEN else set()
    assert arrived(box) == {person: 2 if person in twice else 1 for person in PEOPLE}
    # The one that came twice came under the same number.
    assert len({(str(mail["To"]), str(mail["Message-ID"])) for mail in box.mails}) == len(PEOPLE)
    assert set(letters(cast).values()) == {"sent"}
    mailing = Mailing.objects.get()
    assert (mailing.sent, mailing.failed, mailing.finished_at is not None) == (3, 0, True)


def test_a_letter_in_hand_is_taken_by_nobody_else_until_its_worker_is_given_up(cast: Cast) -> None:
    mailing = mailing_of(cast, PEOPLE[0])
    with inside(cast.sphere):
        first = actions.claim(mailing)
        assert first is not None
        for minutes, is_free in ((0, False), (14, False), (16, True)):
            with clock.at(clock.now() + timedelta(minutes=minutes)):
                assert (actions.claim(mailing) is not None) == is_free
