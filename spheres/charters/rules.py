"""The permissions of charters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import ensure_has_accepted, ensure_living, ensure_may_settle, ensure_there

__all__ = ["ensure_may_publish", "ensure_stands", "ensure_there"]

if TYPE_CHECKING:
    from spheres.charters.models import Charter, Edition
    from spheres.models import Membership


def ensure_may_publish(by: Membership) -> None:
    """Raise Refused unless `by` may say what is agreed to in the sphere."""
    ensure_has_accepted(by)
    ensure_may_settle(by)
    ensure_living(by.sphere)


def ensure_stands(charter: Charter | None, edition: Edition) -> None:
    """Raise Refused where another edition stands: nobody agrees to what they did not read."""
    if charter is None or charter.edition != edition.pk:
        raise Refused(_("The charter was changed while you read it. Read it again, then accept it."))
