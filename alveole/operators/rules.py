"""The permissions of operators, where they are no member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.rules import ensure_operator
from journal.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User
    from spheres.models import Membership, Sphere


def ensure_may_act_on(operator: User, sphere: Sphere) -> None:
    """Raise Refused unless `operator` may end ways into `sphere`: an organisation's one."""
    ensure_operator(operator)
    if sphere.organisation_id is None:
        raise Refused(_("A personal sphere is its members' own."))


def ensure_may_end(operator: User, membership: Membership, *, administrators_left: int) -> None:
    """Raise Refused unless `operator` may end `membership` and somebody responsible remains (counted without it)."""
    ensure_may_act_on(operator, membership.sphere)
    if membership.role == "administrator" and administrators_left == 0:
        raise Refused(_("A sphere needs somebody responsible. Another member has to be given this role first."))
