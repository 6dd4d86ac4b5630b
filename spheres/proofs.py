"""Links that are computed from the site's secret and stored nowhere: an id, and the proof that we wrote it."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.crypto import salted_hmac

from spheres.handing import HandedOver

H = TypeVar("H", bound=HandedOver)

ID_BYTES, PROOF_BYTES = 16, 16  # 128 bits cannot be guessed, whatever the number of links


def token_of(purpose: str, id: UUID, generation: int) -> str:
    """Give the 43 characters: the thing's id and its proof, base64url (RFC 4648) without padding."""
    return _written(id.bytes + _proof(purpose, id, generation))


def found(rows: QuerySet[H], purpose: str, token: str) -> tuple[H, bool]:
    """Find among `rows` what a token names, and say whether it is of the newest generation, or of an earlier one.

    Raises Http404 for what was never a token of ours, without telling garbage from forgery.
    """
    data = _read(token)
    thing = rows.filter(pk=UUID(bytes=data[:ID_BYTES])).first()
    if thing is None:
        raise Http404
    generations = range(thing.generation + 1)
    matches = [hmac.compare_digest(_proof(purpose, thing.pk, one), data[ID_BYTES:]) for one in generations]
    if not any(matches):
        raise Http404
    return thing, matches[-1]


def _proof(purpose: str, id: UUID, generation: int) -> bytes:
    said = id.bytes + generation.to_bytes(8, "big")
    return salted_hmac(purpose, said, algorithm="sha256").digest()[:PROOF_BYTES]


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _read(token: str) -> bytes:
    try:
        data = base64.b64decode(f"{token}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Http404 from None
    # One link has one spelling: the last character has two bits to spare.
    if len(data) != ID_BYTES + PROOF_BYTES or _written(data) != token:
        raise Http404
    return data
