"""Identifiers that a device can make by itself."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7

NOBODY = UUID(int=0)


def uuid7() -> UUID:
    """Make a time-ordered identifier (RFC 9562, version 7): identity, never order."""
    return UUID(int=_uuid7().int)
