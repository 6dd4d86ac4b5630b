"""The permissions of groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import ensure_has_accepted, ensure_living

if TYPE_CHECKING:
    from spheres.models import Membership


def ensure_may_gather(by: Membership) -> None:
    """Raise Refused unless `by` may make groups, change them and end them."""
    ensure_has_accepted(by)
    if by.role != "administrator":
        raise Refused(_("Only those responsible for this sphere make groups and say who is in them."))
    ensure_living(by.sphere)
