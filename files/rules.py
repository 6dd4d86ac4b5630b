"""The permissions of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from files.models import LARGEST
from journal.errors import Refused, TooLarge
from spheres.rules import ensure_has_accepted, ensure_living

if TYPE_CHECKING:
    from spheres.models import Membership

# What one person may have on its way in a sphere and not yet said.
MOST_UNATTACHED = 200
MOST_BYTES = 10 * 1024**3
# Bytes of a part, on average; but for so many parts, whatever their size.
SMALLEST_PART, FREE_PARTS = 16 * 1024, 64


def ensure_may_send(member: Membership, unattached: int, size: int) -> None:
    """Raise Refused unless `member` may have so many files, of so many bytes together, that are a part of nothing."""
    ensure_living(member.sphere)
    ensure_has_accepted(member)
    if unattached >= MOST_UNATTACHED or size > MOST_BYTES:
        raise Refused(_("Many files of yours were sent and are a part of nothing yet. Try again in a few days."))


def ensure_may_go_on(member: Membership, size: int, parts: int) -> None:
    """Raise Refused unless one more part of a file of `size` bytes, of which `parts` are here, may come."""
    ensure_living(member.sphere)
    if parts >= FREE_PARTS + size // SMALLEST_PART:
        raise Refused(_("This file is sent in too many small parts."))


def ensure_fits(size: int) -> None:
    """Raise TooLarge where a file has more bytes than the site takes."""
    if size > LARGEST:
        raise TooLarge(_("This file is too large: at most 2 GB can be sent."))
