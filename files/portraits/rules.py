"""The permissions of portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Invalid
from spheres.rules import ensure_has_accepted, ensure_living, ensure_may_settle

if TYPE_CHECKING:
    from spheres.models import Membership


def ensure_may_be_shown(member: Membership) -> None:
    """Raise Refused unless `member` may show their face here: whoever is in, once they agreed to the charter."""
    ensure_living(member.sphere)
    ensure_has_accepted(member)


def ensure_may_give_logo(member: Membership) -> None:
    """Raise Refused unless `member` may say by which picture the sphere is known."""
    ensure_may_settle(member)
    ensure_may_be_shown(member)


def ensure_is_picture(*, is_picture: bool) -> None:
    """Raise Invalid where what was sent is something else, whatever its name says."""
    if not is_picture:
        raise Invalid({"file": [_("This is not a picture. Choose a photo: JPEG, PNG, WebP or HEIC, for instance.")]})
