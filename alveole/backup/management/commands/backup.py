"""`manage.py backup FILE`: the site in one file, while it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from alveole.backup import proving
from alveole.backup.errors import Halted
from alveole.backup.taking import pour, take


class Command(BaseCommand):
    """Saves database, files and keys."""

    help = "Save database, files and keys in one file, while the site runs. It holds every secret: keep it safe."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether to try it."""
        parser.add_argument("file", metavar="FILE", help="where to; - is standard output")
        parser.add_argument("--prove", action="store_true", help="then restore it beside the site and compare")

    def handle(self, *args: Any, file: str, prove: bool, **options: Any) -> None:
        """Save, and prove if asked; ends with 1 and a sentence otherwise."""
        try:
            if file == "-":
                if prove:
                    raise CommandError("Standard output cannot be proven: name a file.")
                pour(sys.stdout.buffer)
                return
            take(Path(file))
            self.stdout.write(f"Saved to {file}. It holds every secret of the site: keep it safe.")
            if prove:
                proving.prove(Path(file))
                self.stdout.write("Proven: every row and every file came back.")
        except (Halted, BrokenPipeError) as refusal:
            raise CommandError(str(refusal)) from refusal
