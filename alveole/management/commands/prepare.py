"""`manage.py prepare`: makes the database ready for the processes of a site, and ends."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from alveole import refusals
from alveole.claim import claim
from alveole.management.commands import serve
from alveole.preparing import prepare_database


class Command(serve.Command):
    """Does what `serve` does before it runs anything; run once before each new version's processes."""

    help = "Migrate the database, put what guards it in place, and offer the set-up link of an empty site."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take nothing: it listens nowhere."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare and say how to go on; ends with 1 and a sentence if the database cannot be prepared."""
        os.umask(0o077)
        with refusals.said_on(self.stderr):
            claimed = claim(settings.DATA_DIR)  # a restore that is under way must not be ended as if it were killed
            prepare_database(self._tell)
            self.stdout.write(serve.set_up_link(), ending="")
        os.close(claimed)
