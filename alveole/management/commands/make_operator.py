"""`manage.py make_operator EMAIL`: whoever has the shell says who else runs the site."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from accounts.actions import make_operator
from accounts.models import User


class Command(BaseCommand):
    """Makes somebody who has an account an operator."""

    help = "Let the person with this address run the site: its home for operators, and its administration."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them one, and say what they need."""
        person = User.objects.filter(email=options["email"].strip().lower(), is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        make_operator(person)
        address = settings.ALVEOLE_URL + reverse("admin:index")
        self.stdout.write(
            f"{person} runs this site now: {address} asks for a second factor, and leads to setting it up."
        )
