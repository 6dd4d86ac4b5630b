"""What will happen to each address of a paste, judged before anything is sent, and once more when it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from spheres.invitations.addresses import Addressee
from spheres.invitations.models import Letter
from spheres.models import Membership


class Verdict(models.TextChoices):
    """What an address comes to."""

    NEW = "new", _("is invited")
    MEMBER = "member", _("is a member already")
    ONESELF = "oneself", _("is you")
    INVITED = "invited", _("has an invitation already")
    DOUBLE = "double", _("stands there twice")
    WRONG = "wrong", _("is no e-mail address")


@dataclass(frozen=True)
class Judged:
    """An address and what it comes to."""

    addressee: Addressee
    verdict: Verdict

    @property
    def is_new(self) -> bool:
        """Whether it is written to."""
        return self.verdict == Verdict.NEW


def judged(by: Membership, found: Iterable[Addressee]) -> list[Judged]:
    """Judge addresses that `by` wants to invite, in their order. Their sphere is open."""
    members = set(Membership.objects.told_to(by).values_list("person__email", flat=True))
    # To whom others sent, they alone see.
    invited = set(Letter.objects.open().filter(mailing__by=by).values_list("address", flat=True))
    own = by.person.email if by.person else None
    seen: set[str] = set()
    result = []
    for one in found:
        result.append(Judged(one, _verdict(one, own, members, invited, seen)))
        seen.add(one.address)
    return result


def _verdict(one: Addressee, own: str | None, members: set[str | None], invited: set[str], seen: set[str]) -> Verdict:
    if not one.is_right:
        return Verdict.WRONG
    for verdict, addresses in (
        (Verdict.DOUBLE, seen),
        (Verdict.ONESELF, {own}),
        (Verdict.MEMBER, members),
        (Verdict.INVITED, invited),
    ):
        if one.address in addresses:
            return verdict
    return Verdict.NEW
