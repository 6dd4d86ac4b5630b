"""`manage.py serve`: prepares the site, then becomes the supervisor that keeps it running."""

import os
import socket
import sys
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.urls import reverse

from accounts.links import sign_in_link
from alveole import refusals, supervisor, valkey
from alveole.claim import claim
from alveole.hosting.actions import offer_set_up
from alveole.listening import LOOPBACK, listen
from alveole.preparing import prepare_database

SHOWN = "django.core.mail.backends.console.EmailBackend"
DEMO_PEOPLE = ["alice@demo.invalid", "bob@demo.invalid", "carol@demo.invalid", "dan@demo.invalid", "eve@demo.invalid"]


class Command(BaseCommand):
    """Runs everything a site needs on one machine: web server, worker with beat, and Valkey unless one is named."""

    help = "Run Alvéole: web server, background worker and, unless ALVEOLE_REDIS_URL names one, Valkey."
    requires_system_checks = []  # `make check` asks; a start should not wait for them

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen, and whether this is only for trying."""
        parser.add_argument("--try", dest="trying", action="store_true", help="this machine only, with the demo")
        parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="default: PORT, or 8000")

    def handle(self, *args: Any, trying: bool, host: str, port: int, **options: Any) -> None:
        """Prepare, say where, and go on as the supervisor."""
        if port != settings.PORT:
            _start_again_on(port)
        os.umask(0o077)  # what we write is nobody else's
        if trying:  # for the children too: mail is shown where it was started
            os.environ["ALVEOLE_EMAIL_BACKEND"] = os.environ.get("ALVEOLE_EMAIL_BACKEND") or SHOWN
        with refusals.said_on(self.stderr):
            claimed = claim(settings.DATA_DIR)
            listeners = listen(LOOPBACK if trying else host, port)
            valkey_pid = 0 if settings.IS_VALKEY_EXTERNAL else valkey.start(settings.DATA_DIR)
            prepare_database(self._tell)
            welcome = self._demo_links() if trying else set_up_link()
        self.stdout.write(f"\nAlvéole runs at {settings.ALVEOLE_URL}   (Ctrl-C stops it)\n{welcome}")
        _become_supervisor(claimed, listeners, valkey_pid)

    def _tell(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def _demo_links(self) -> str:
        everybody = get_user_model()._default_manager
        if not everybody.exists():
            self._tell("Loading the demo…")
            call_command("demo", verbosity=0)
        people = everybody.filter(email__in=DEMO_PEOPLE, is_active=True).order_by("email")
        return "".join(f"  {person.email:20} {sign_in_link(person)}\n" for person in people) + "\n"


def set_up_link() -> str:
    """Offer the link that sets an empty site up, in words; nothing once somebody is here."""
    token = offer_set_up()
    if token is None:
        return ""
    link = settings.ALVEOLE_URL + reverse("hosting:set_up", args=[token])
    return f"  Nobody is here yet. Within 30 minutes, set it up at\n  {link}\n"


def _start_again_on(port: int) -> NoReturn:
    # PORT decides ALVEOLE_URL, which settings and every child have to agree on from their first line.
    os.environ["PORT"] = str(port)
    os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606  # ourselves


def _become_supervisor(claimed: int, listeners: list[socket.socket], valkey_pid: int) -> NoReturn:
    """Leave Django behind; the claim, the sockets and the running Valkey stay ours: the process is the same."""
    connections.close_all()
    sys.stdout.flush()
    descriptors = [listener.detach() for listener in listeners]
    for descriptor in (claimed, *descriptors):
        os.set_inheritable(descriptor, True)
    words = [f"--listen={descriptor}" for descriptor in descriptors]
    words += [f"--folder={settings.DATA_DIR}", f"--valkey={valkey_pid}"]
    os.execv(sys.executable, [sys.executable, "-m", supervisor.__name__, *words])  # noqa: S606  # ourselves
