"""The permissions of threads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import EDITORS, ensure_has_accepted, ensure_living

if TYPE_CHECKING:
    from spheres.models import Membership
    from threads.models import Comment, Thing


def ensure_may_answer(member: Membership, thing: Thing) -> None:
    """Raise Refused unless `member` may answer a thing: whoever reads it, where only some begin things too."""
    if not member.is_open or member.sphere_id != thing.sphere.pk:
        raise Refused(_("You can no longer answer here."))
    ensure_living(member.sphere)
    ensure_has_accepted(member)


def ensure_may_edit(member: Membership, said: Comment) -> None:
    """Raise Refused unless `member` wrote it."""
    if said.author_id != member.pk:
        raise Refused(_("Only its author can change an answer."))
    ensure_living(member.sphere)
    ensure_has_accepted(member)


def ensure_may_delete(member: Membership, said: Comment) -> None:
    """Raise Refused unless `member` wrote it, or looks after the sphere."""
    if said.author_id != member.pk and member.role not in EDITORS:
        raise Refused(_("Only its author, or somebody responsible for this sphere, can delete an answer."))
    ensure_has_accepted(member)


def ensure_may_report(member: Membership, thing: Thing) -> None:
    """Raise Refused unless `member` may report a thing: whoever reads it, in an archived sphere too."""
    if not member.is_open or member.sphere_id != thing.sphere.pk:
        raise Refused(_("You can no longer answer here."))
    ensure_has_accepted(member)


def ensure_may_decide(member: Membership) -> None:
    """Raise Refused unless `member` decides what becomes of what was reported."""
    if member.role != "administrator":
        raise Refused(_("Only the people responsible for this sphere decide about reports."))
    ensure_has_accepted(member)


def ensure_may_accept(member: Membership, thing: Thing) -> None:
    """Raise Refused unless `member` says which answer is the one: whoever asked, or looks after the sphere."""
    if member.sphere.started_by != "questions":
        raise Refused(_("Answers are accepted where members ask questions: those responsible can make this a forum."))
    if thing.author.pk != member.pk and member.role not in EDITORS:
        raise Refused(_("Only whoever asked, or somebody responsible for this sphere, accepts an answer."))
    ensure_living(member.sphere)
    ensure_has_accepted(member)
