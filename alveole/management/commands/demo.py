"""`manage.py demo`: thirty people and a year of their talk, for trying."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from alveole.demo.casting import ZONE
from alveole.demo.loading import Loading, is_empty


class Command(BaseCommand):
    """Loads the demo into an empty database."""

    help = "Loads thirty people, their spheres and a year of their talk into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the chance and the day."""
        parser.add_argument("--seed", type=int, default=1, help="another number fills the year otherwise")
        parser.add_argument("--today", type=date.fromisoformat, help="the day after the last message, as 2030-01-31")

    def handle(self, *args: Any, seed: int, today: date | None, verbosity: int, **options: Any) -> None:
        """Load it, or say why not."""
        if not is_empty():
            raise CommandError("This database already has people in it. The demo only goes into an empty one.")
        loading = Loading(today or timezone.localdate(timezone=ZONE), seed)
        loading.run()
        if verbosity:
            self.stdout.write(
                f"{len(loading.users)} people, {len(loading.rooms)} spheres, {loading.messages} messages.\n"
                "Sign in with: manage.py sign_in_link alice@demo.invalid"
            )
