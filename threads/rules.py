"""The permissions of threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import ensure_has_accepted, ensure_living

if TYPE_CHECKING:
    from spheres.models import Membership
    from threads.models import Thing


def ensure_may_answer(member: Membership, thing: Thing) -> None:
    """Raise Refused unless `member` may answer a thing: whoever reads it, where only some begin things too."""
    if not member.is_open or member.sphere_id != thing.sphere.pk:
        raise Refused(_("You can no longer answer here."))
    ensure_living(member.sphere)
    ensure_has_accepted(member)
