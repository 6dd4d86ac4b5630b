"""The permissions of accounts: what an operator of the site may do to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User


def ensure_operator(person: User) -> None:
    """Raise Refused unless `person` runs this site."""
    if not person.is_staff:
        raise Refused(_("Only an operator of this site may do that."))


def ensure_may_close(operator: User, person: User) -> None:
    """Raise Refused unless `operator` may close the account of `person`: one's own is somebody else's to close."""
    ensure_operator(operator)
    if operator.pk == person.pk:
        raise Refused(_("Nobody closes their own account here: another operator does."))
