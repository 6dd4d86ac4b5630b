"""A real worker, as `manage.py serve` starts it, is killed while it sends, and started again: none is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from alveole import valkey
from journal.models import Entry
from journal.publishing import quiet
from spheres.invitations.models import Letter, Mailing
from spheres.invitations.sending import AT_ONCE, TOLD_EVERY
from spheres.seal import inside
from tests.alveole.mailbox import Mailbox, mailbox
from tests.alveole.places import LivedIn, Place
from tests.alveole.site import START_SECONDS
from tests.alveole.test_valkey import running
from tests.conftest import Cast
from tests.invitations.test_killed import PEOPLE, arrived
from tests.invitations.test_mail import letters, mailing_of, set_up_for
from tests.live import wait_until

pytestmark = [pytest.mark.db, pytest.mark.xdist_group("letters")]

SENDING_SECONDS = 2 * START_SECONDS
MANY = 2 * AT_ONCE + 40  # a task wakes the next one twice


class Hesitating(Mailbox):
    """A mail server that stops at a step of its second letter, until it is let go."""

    def __init__(self, step: str) -> None:
        super().__init__()
        self.step, self.letters = step, 0
        self.is_there, self.may_go = threading.Event(), threading.Event()

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        """Hear from whom a letter is."""
        self.letters += 1
        await self._stop_at("mail")
        envelope.mail_from = address
        return "250 go on"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802  # the same
        """Hear to whom it is."""
        await self._stop_at("rcpt")
        envelope.rcpt_tos.append(address)
        return "250 go on"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the same
        """Take it."""
        await self._stop_at("data")
        return await super().handle_DATA(server, session, envelope)

    async def _stop_at(self, step: str) -> None:
        if step == self.step and self.letters == 2 and not self.is_there.is_set():
            self.is_there.set()
            await asyncio.to_thread(self.may_go.wait, SENDING_SECONDS)


class Post:
    """A site with a queue, people, and a worker that is started and killed."""

    def __init__(self, place: Place, cast: Cast) -> None:
        self.place, self.cast = place, cast
        self.worker: subprocess.Popen[bytes] | None = None
        self.environment = place.environment | {
            "ALVEOLE_REDIS_URL": valkey.url(place.folder),
            "DJANGO_SETTINGS_MODULE": "alveole.settings",
        }

    def start(self) -> None:
        """Start the worker by the supervisor's own command."""
        command = [sys.executable, "-m", "alveole.worker"]
        self.worker = subprocess.Popen(command, env=self.environment, cwd=settings.BASE_DIR)

    def kill(self) -> None:
        """End it by SIGKILL."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait()

    def sweep(self) -> None:
        """Do what the clock does every five minutes."""
        task = settings.BEAT_SCHEDULE["send what waits"]["task"]
        script = f"import django; django.setup(); from alveole.celery import app; app.send_task({task!r})"
        subprocess.run([sys.executable, "-c", script], env=self.environment, cwd=settings.BASE_DIR, check=True)

    def let_the_lease_pass(self) -> None:
        """Let a quarter of an hour go by for what was left in hand."""
        with self.place.entered(), inside(self.cast.sphere):
            for letter in Letter.objects.filter(state="sending"):
                letter.taken_at -= timedelta(minutes=16)
                letter.save(update_fields=["taken_at"])

    def write_to(self, *people: str) -> None:
        """Let Alice invite people by mail."""
        with self.place.entered(), quiet():
            mailing_of(self.cast, *people)

    def states(self) -> dict[str, str]:
        """Give how each letter stands."""
        with self.place.entered():
            return letters(self.cast)

    def told(self) -> Mailing:
        """Give the mailing, as its row tells it."""
        with self.place.entered():
            return Mailing.objects.get()

    @contextmanager
    def writing_is_held(self) -> Iterator[None]:
        """Let nobody else write down what became of a letter."""
        with self.place.entered(), transaction.atomic(), inside(self.cast.sphere):
            list(Letter.objects.select_for_update(of=("self",)).all())
            yield


@pytest.fixture
def post(inhabited: Place, lived_in: LivedIn) -> Iterator[Post]:
    with running(inhabited.folder):
        post = Post(inhabited, lived_in.cast)
        try:
            yield post
        finally:
            post.kill()


@contextmanager
def serving(post: Post, box: Mailbox) -> Iterator[None]:
    with mailbox(box):
        with post.place.entered():
            set_up_for(box)
        yield


def begun_and_killed(post: Post, box: Hesitating, *, is_accepted: bool) -> None:
    """Let a worker send until the server stops at the second letter, and kill it there or after the server's 250."""
    post.start()
    post.sweep()
    wait_until(box.is_there.is_set, "the second letter", SENDING_SECONDS)
    if not is_accepted:
        post.kill()
        return
    with post.writing_is_held():
        box.may_go.set()
        wait_until(lambda: len(box.mails) == 2, "the server's 250", SENDING_SECONDS)
        post.kill()


@pytest.mark.parametrize(("step", "is_accepted"), [("mail", False), ("rcpt", False), ("data", False), ("data", True)])
def test_a_worker_that_is_killed_while_it_sends_loses_none(post: Post, step: str, *, is_accepted: bool) -> None:
    box = Hesitating(step)
    with serving(post, box):
        post.write_to(*PEOPLE)
        try:
            begun_and_killed(post, box, is_accepted=is_accepted)
        finally:
            box.may_go.set()
        assert post.states() == dict(zip(PEOPLE, ("sent", "sending", "waiting"), strict=True))
        post.start()
        post.sweep()
        wait_until(lambda: post.states()[PEOPLE[2]] == "sent", "the third letter", SENDING_SECONDS)
        assert post.states()[PEOPLE[1]] == "sending"  # nobody knows yet that its worker is dead
        post.let_the_lease_pass()
        post.sweep()
        wait_until(lambda: post.told().finished_at, "the end", SENDING_SECONDS)
    assert arrived(box) == {person: 1 + (is_accepted and person == PEOPLE[1]) for person in PEOPLE}
    # The one that came twice came under the same number.
    assert len({(str(mail["To"]), str(mail["Message-ID"])) for mail in box.mails}) == len(PEOPLE)
    assert (post.told().sent, post.told().failed) == (3, 0)


def test_many_are_sent_once_each_and_their_row_says_how_far_it_is(post: Post) -> None:
    people = [f"p{number}@example.invalid" for number in range(MANY)]
    box = Hesitating("mail")
    with serving(post, box):
        post.write_to(*people)
        post.start()
        post.sweep()
        wait_until(box.is_there.is_set, "the second letter", SENDING_SECONDS)
        box.may_go.set()
        wait_until(lambda: post.told().finished_at, "the end", SENDING_SECONDS)
    assert arrived(box) == dict.fromkeys(people, 1)
    with post.place.entered():
        steps = Entry.objects.filter(journal=post.cast.alice.journal_id, verb="went-on").count()
    assert steps == MANY // TOLD_EVERY
    assert (post.told().total, post.told().sent, post.told().failed) == (MANY, MANY, 0)
