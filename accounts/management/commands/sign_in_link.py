"""`manage.py sign_in_link EMAIL`: whoever has the shell may sign anybody in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.links import sign_in_link
from accounts.models import User


class Command(BaseCommand):
    """Prints a one-time sign-in link."""

    help = "Print a one-time link that signs this person in (30 minutes)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the link."""
        person = User.objects.filter(email=options["email"].strip().lower(), is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        self.stdout.write(sign_in_link(person))
