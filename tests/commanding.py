"""Posting a command as a device does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.test import Client

from accounts.identity import identity_of
from journal.ids import uuid7
from spheres.models import Membership

__all__ = ["Response", "fields", "post"]

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response
else:
    from django.http import HttpResponse as Response


def fields(member: Membership, name: str, /, command: UUID | None = None, **said: Any) -> dict[str, Any]:
    """Give the fields of a command form."""
    assert member.person is not None
    return {"_name": name, "_command": str(command or uuid7()), "_identity": identity_of(member.person), **said}


def post(client: Client, path: str, said: dict[str, Any], *, device: bool = True) -> Response:
    """Post a command, as the device does or as a browser without JavaScript; give the test client's response."""
    headers = {"accept": "application/json" if device else "text/html"}
    return client.post(path, said, headers=headers)
