"""`manage.py restore FILE`: a site from a backup."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from alveole import processes
from alveole.backup.errors import Halted
from alveole.backup.restoring import restore
from alveole.claim import Claimed, claim


class Command(BaseCommand):
    """Puts the site of a backup here."""

    help = "Put the site of a backup here. The site must be stopped; people's devices come back by themselves."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether something may be set aside."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--replace", action="store_true", help="set aside what is here")
        parser.add_argument("--json", action="store_true", help="say a refusal so that a program can translate it")

    def handle(self, *args: Any, file: Path, replace: bool, json: bool, **options: Any) -> None:
        """Restore; ends with 1 and a sentence otherwise, and then nothing has changed."""
        processes.watch_parent()
        os.umask(0o077)
        try:
            claimed = claim(settings.DATA_DIR)
            contents = restore(file, replace=replace)
        except (Claimed, Halted) as refusal:
            if json and isinstance(refusal, Halted):
                raise CommandError(refusal.as_json()) from refusal
            raise CommandError(str(refusal)) from refusal
        os.close(claimed)
        count = sum(table["rows"] for table in contents.tables.values())
        self.stdout.write(f"Restored {count} rows as of {contents.header.made_at:%Y-%m-%d %H:%M} UTC.")
