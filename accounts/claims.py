"""An address that somebody says is theirs, until a mailed code shows it: kept in their session, and nowhere else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from journal import clock
from journal.errors import Refused, Unanswerable

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

CLAIM = "accounts.claim"
SHOWN = "accounts.shown"
LIFETIME = timedelta(minutes=10)
# Of 20⁸ codes; how many are mailed and typed from one place, alveole/limits.py says.
MOST_WRONG = 5


class NotMailed(Unanswerable):
    """The mail server does not take it now."""

    status = 503

    def __init__(self) -> None:
        super().__init__(_("The mail did not leave: try again in a few minutes."))


def send_code(request: HttpRequest, address: str, *, letter: str = "account/email/address_code") -> None:
    """Mail a code to `address`, which this session claims from then on; an earlier code is worth nothing more.

    `letter` says what it is for.

    Whether the address has an account is not asked. Raises NotMailed where the mail server does not take it.
    """
    adapter = get_adapter(request)
    code = adapter.generate_login_code()
    try:
        adapter.send_mail(letter, address, {"code": code})
    except ImmediateHttpResponse:
        raise NotMailed from None
    until = (clock.now() + LIFETIME).timestamp()
    request.session[CLAIM] = {"address": address, "proof": _proof(code), "until": until, "wrong": 0}


def address_of(session: SessionBase) -> str:
    """Give the address that was claimed last, if it was not shown yet."""
    return str(_claim(session).get("address", ""))


def is_open(session: SessionBase) -> bool:
    """Whether there is a code that may still be typed."""
    claim = _claim(session)
    return bool(claim.get("proof")) and clock.now().timestamp() < claim["until"]


def prove(session: SessionBase, code: str) -> str:
    """Use the code up and give the address that it shows. Raises Refused if it is wrong, too old or used."""
    claim = _claim(session)
    if not is_open(session):
        raise Refused(_("This code is too old. Have another one sent to you."))
    if constant_time_compare(claim["proof"], _proof(code)):
        del session[CLAIM]
        return str(claim["address"])
    claim["wrong"] += 1
    is_last = claim["wrong"] >= MOST_WRONG
    if is_last:
        claim["proof"] = ""
    session[CLAIM] = claim
    if is_last:
        raise Refused(_("That was wrong too often. Have another code sent to you."))
    raise Refused(_("This is not the code that we sent. Look again."))


def keep_shown(session: SessionBase, address: str) -> None:
    """Remember for a few minutes that this session showed an address to be its own."""
    session[SHOWN] = {"address": address, "until": (clock.now() + LIFETIME).timestamp()}


def shown_in(session: SessionBase) -> str:
    """Give the address that this session showed a moment ago, or nothing."""
    shown: dict[str, Any] = session.get(SHOWN, {})
    return str(shown["address"]) if shown and clock.now().timestamp() < shown["until"] else ""


def _claim(session: SessionBase) -> dict[str, Any]:
    claim: dict[str, Any] = session.get(CLAIM, {})
    return claim


def _proof(code: str) -> str:
    # As people type it: with or without the dash, in small letters.
    typed = re.sub(r"[\W_]", "", code).upper()
    return salted_hmac("accounts.claims", typed, algorithm="sha256").hexdigest()
