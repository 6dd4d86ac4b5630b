"""`manage.py serve`: prepares the site, then becomes the supervisor that keeps it running."""

import os
import socket
import sys
from typing import Any, NoReturn

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from accounts.links import sign_in_link
from alveole import supervisor, valkey
from alveole.claim import Claimed, claim
from alveole.listening import LOOPBACK, Unavailable, listen
from spheres.ties import tie

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
        try:
            claimed = claim(settings.DATA_DIR)
            listeners = listen(LOOPBACK if trying else host, port)
            valkey_pid = 0 if settings.IS_VALKEY_EXTERNAL else valkey.start(settings.DATA_DIR)
            self._prepare_database()
        except (Claimed, Unavailable, valkey.Unready) as refusal:
            self._give_up(str(refusal))
        except OperationalError as failure:
            self._give_up(f"The database does not answer: {failure}")
        if trying:
            self._load_demo()
        self.stdout.write(f"\nAlvéole runs at {settings.ALVEOLE_URL}   (Ctrl-C stops it)\n")
        if trying:
            self._show_links()
        _become_supervisor(claimed, listeners, valkey_pid)

    def _give_up(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(1)

    def _prepare_database(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write("Preparing the database…")
            self.stdout.flush()
            call_command("migrate", interactive=False, verbosity=0)
        else:
            tie(connection, apps)  # whatever a restored copy lacks

    def _load_demo(self) -> None:
        if get_user_model()._default_manager.exists():
            return
        self.stdout.write("Loading the demo…")
        self.stdout.flush()
        call_command("demo", verbosity=0)

    def _show_links(self) -> None:
        people = get_user_model()._default_manager.filter(email__in=DEMO_PEOPLE, is_active=True).order_by("email")
        for person in people:
            self.stdout.write(f"  {person.email:20} {sign_in_link(person)}")
        self.stdout.write("")


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
