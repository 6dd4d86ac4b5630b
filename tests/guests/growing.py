"""A guest who asks for a code, and types it."""

from __future__ import annotations

import re
from smtplib import SMTPException
from typing import Any

from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from spheres.guests.models import Key
from tests.guests.making import fresh, path

JEANNE = "jeanne@example.invalid"


class Refusing(BaseEmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, email_messages: Any) -> int:
        """Refuse."""
        raise SMTPException


def identity(client: Client) -> str:
    """Give whose page a form would stand on."""
    return User.objects.get(pk=client.session["_auth_user_id"]).pk.hex if "_auth_user_id" in client.session else ""


def asks(client: Client, address: str) -> HttpResponse:
    """Type an address."""
    words = {"email": address, "_identity": identity(client)}
    return client.post("/me/address/", words, headers={"accept-language": "en"})  # type: ignore[return-value]  # its own


def types(client: Client, code: str) -> HttpResponse:
    """Type a code."""
    words = {"code": code, "_identity": identity(client)}
    return client.post("/me/address/proof/", words, headers={"accept-language": "en"})  # type: ignore[return-value]  # its own


def mailed_code(address: str = JEANNE) -> str:
    """Give the code that was mailed there last."""
    sent = next(sent for sent in reversed(mail.outbox) if sent.to == [address])
    code = re.search(r"^\s*([A-Z]{4}-[A-Z]{4})\s*$", str(sent.body), re.MULTILINE)
    assert code is not None, sent.body
    return code.group(1)


def keeps(client: Client, address: str = JEANNE) -> bool:
    """Keep one's place with an address; whether that worked."""
    asks(client, address)
    return types(client, mailed_code(address)).status_code == 302


def grown(key: Key) -> str:
    """Give the path of the newest link of a key whose guest has an account."""
    return path(fresh(key))
