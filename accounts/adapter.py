"""What allauth asks of this site."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.shortcuts import render

from accounts.ways import MAIL_FAILURES

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """People arrive by invitation, never by a sign-up form."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say that nobody makes an account by themself."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; where the mail server does not take it, the person is told so."""
        try:
            super().send_mail(template_prefix, email, context)
        except MAIL_FAILURES as failure:
            logger.warning("A mail did not leave: %s", type(failure).__name__)
            raise ImmediateHttpResponse(render(self.request, "account/not_mailed.html", status=503)) from failure
