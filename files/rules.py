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


def ensure_may_send(member: Membership, unattached: int) -> None:
    """Raise Refused unless `member`, who has `unattached` files that are a part of nothing, may send one more."""
    ensure_living(member.sphere)
    ensure_has_accepted(member)
    if unattached >= MOST_UNATTACHED:
        raise Refused(_("Many files of yours were sent and are a part of nothing yet. Try again in a few days."))


def ensure_fits(size: int) -> None:
    """Raise TooLarge where a file has more bytes than the site takes."""
    if size > LARGEST:
        raise TooLarge(_("This file is too large: at most 2 GB can be sent."))
