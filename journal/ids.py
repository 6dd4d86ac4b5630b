"""Identifiers that a device can make by itself."""

from datetime import datetime
from random import Random
from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7

NOBODY = UUID(int=0)


def uuid7() -> UUID:
    """Make a time-ordered identifier (RFC 9562, version 7): identity, never order."""
    return UUID(int=_uuid7().int)


def uuid7_at(moment: datetime, chance: Random) -> UUID:
    """Make an identifier of `moment` (RFC 9562, version 7) from a chance that can be had again: runs are alike."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))
