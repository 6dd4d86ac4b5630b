"""What allauth asks of this site."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People arrive by invitation, never by a sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say that nobody makes an account by themself."""
        return False
