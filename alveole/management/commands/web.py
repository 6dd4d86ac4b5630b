"""`manage.py web`: one web server of a site that runs in several processes."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from alveole import web
from alveole.listening import LOOPBACK, listen
from alveole.parts import PartCommand


class Command(PartCommand):
    """Answers people; as many as there are processors may run side by side."""

    help = "Run one web server; PostgreSQL, Valkey, worker and beat run elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen."""
        parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: this machine only)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="default: PORT, or 8000")

    def work(self, **options: Any) -> int:
        """Listen and answer."""
        web.serve(listen(options["host"], options["port"]))
        return 0
