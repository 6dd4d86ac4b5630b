"""Which ways of signing in this site can offer now."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from smtplib import SMTPException
from typing import Any

from allauth.account.utils import perform_login
from django.core.mail import BadHeaderError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import User

View = Callable[..., HttpResponseBase]

# What a mail server may do, the way to it, and the names and words that it was set up with.
MAIL_FAILURES = (SMTPException, OSError, UnicodeError, BadHeaderError)

# Whoever knows says it; nobody: mail goes out.
mails_go_out: list[Callable[[], bool]] = []


def codes_are_mailed() -> bool:
    """Whether a code can reach anybody."""
    return all(goes_out() for goes_out in mails_go_out)


def by_mail(view: View) -> View:
    """Let a page exist only while mail goes out."""

    @wraps(view)
    def shown(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not codes_are_mailed():
            raise Http404
        return view(request, **kwargs)

    return shown


def come_in(request: HttpRequest, person: User, *, lead_to: str) -> HttpResponseBase:
    """Sign in whoever showed a password elsewhere than on the sign-in page: the second factor is asked for as there."""
    answer: HttpResponseBase = perform_login(request, person, redirect_url=lead_to)
    return answer


def context(request: HttpRequest) -> dict[str, Any]:
    """Give the sign-in page what it may offer; asked only where a template does."""
    return {"codes_are_mailed": codes_are_mailed}  # called by the template that asks
