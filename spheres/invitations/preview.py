"""What will happen to each address of a paste, judged before anything is sent, and once more when it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from spheres.invitations.addresses import Addressee
from spheres.invitations.models import Letter
from spheres.models import Membership
from spheres.rules import EDITORS


class Verdict(models.TextChoices):
    """What an address comes to."""

    NEW = "new", _("is invited")
    MEMBER = "member", _("is a member already")
    ONESELF = "oneself", _("is you")
    INVITED = "invited", _("has an invitation already")
    ELSEWHERE = "elsewhere", _("has an invitation already, from somebody else")
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
    invited: set[str | None] = set(Letter.objects.open().filter(mailing__by=by).values_list("address", flat=True))
    elsewhere = _invited_by_others(by) if by.role in EDITORS else set[str | None]()
    known: dict[Verdict, set[str | None]] = {
        Verdict.DOUBLE: (seen := set[str | None]()),
        Verdict.ONESELF: {by.person.email if by.person else None},
        Verdict.MEMBER: members,
        Verdict.INVITED: invited,
        Verdict.ELSEWHERE: elsewhere,
    }
    result = []
    for one in found:
        result.append(Judged(one, _verdict(one, known)))
        seen.add(one.address)
    return result


def _invited_by_others(by: Membership) -> set[str | None]:
    """Give the addresses to which somebody else sent a letter that still lets somebody in.

    Those who bring members in are told of these, so that nobody gets two; everybody else knows of their own alone.
    """
    letters = Letter.objects.open().exclude(mailing__by=by)
    whole = letters.select_related("invitation__sphere", "invitation__by__sphere")
    return {letter.address for letter in whole if letter.invitation.state == "open"}


def _verdict(one: Addressee, known: Mapping[Verdict, set[str | None]]) -> Verdict:
    if not one.is_right:
        return Verdict.WRONG
    return next((verdict for verdict, addresses in known.items() if one.address in addresses), Verdict.NEW)
