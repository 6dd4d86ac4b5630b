"""The processes of a site that runs in several: each is started by a command of its own, and ends by itself.

`manage.py serve` does all of it on one machine. Here somebody else (a container engine, systemd) starts, restarts and
stops; what the processes share is PostgreSQL, a Valkey and the data folder.
"""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, connections

from alveole import refusals
from spheres import walls


class Apart(Exception):
    """A part was asked for where nothing is shared; the message is the sentence to show."""


class PartCommand(BaseCommand, ABC):
    """Runs one part of a site, if the others can be reached."""

    requires_system_checks = []  # `make check` asks; a start should not wait for them

    def handle(self, *args: Any, **options: Any) -> None:
        """Look around, then work until asked to stop; ends with 1 and a sentence if it cannot."""
        os.umask(0o077)  # what we write is nobody else's
        with refusals.said_on(self.stderr, Apart):
            ensure_shared()
            walls.ensure_bound(connection)
            connections.close_all()
            status = self.work(**options)
        sys.exit(status)

    @abstractmethod
    def work(self, **options: Any) -> int:
        """Work until asked to stop; give the exit code."""


def ensure_shared() -> None:
    """Raise Apart unless other processes reach the same database and the same Valkey."""
    if connection.vendor != "postgresql" or not settings.IS_VALKEY_EXTERNAL:
        raise Apart(
            "The parts of a site meet in PostgreSQL and in a Valkey or Redis: set ALVEOLE_DATABASE_URL and "
            "ALVEOLE_REDIS_URL. On one machine, `manage.py serve` needs neither."
        )
