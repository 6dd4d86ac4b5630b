"""Posting a command as a device does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.test import Client

from accounts.identity import identity_of
from journal.ids import uuid7
from spheres.models import Membership


def fields(member: Membership, name: str, command: UUID | None = None, **said: Any) -> dict[str, Any]:
    """Give the fields of a command form."""
    assert member.person is not None
    return {"_name": name, "_command": str(command or uuid7()), "_identity": identity_of(member.person), **said}


def post(client: Client, path: str, said: dict[str, Any], *, device: bool = True) -> HttpResponse:
    """Post a command, as the device does or as a browser without JavaScript."""
    headers = {"accept": "application/json" if device else "text/html"}
    response: Any = client.post(path, said, headers=headers)
    return response  # type: ignore[no-any-return]  # Django's test response is one
