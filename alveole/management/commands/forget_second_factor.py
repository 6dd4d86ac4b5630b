"""`manage.py forget_second_factor EMAIL`: for the operator who lost telephone and codes, and has nobody to ask."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import forget_factor
from accounts.models import User


class Command(BaseCommand):
    """Takes somebody's second factor away."""

    help = "Ask the person with this address for no second factor any more, until they set one up again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it away."""
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        forget_factor(person)
        self.stdout.write(f"{person} is asked for no second factor any more.")
