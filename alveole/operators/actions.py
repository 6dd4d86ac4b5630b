"""The verbs of operators, each written down in Django's log: who did what to which thing, when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from accounts.models import User
from accounts.rules import ensure_operator
from alveole.operators import rules
from journal import clock
from journal.writing import action, writing
from spheres.actions import administrators_without, end, under_lock
from spheres.guests.actions import cut
from spheres.guests.models import Key
from spheres.invitations.actions import withdraw
from spheres.invitations.models import Invitation
from spheres.models import Membership

# So long the log tells what an operator did.
LOG_KEPT = timedelta(days=365)


@action
def carry_out(operator: User, deed: str, verb: Callable[[User, Any], None], thing: Model) -> None:
    """Do a deed and write it down, or neither. Raises what the verb raises, and Refused for anybody but an operator."""
    ensure_operator(operator)
    verb(operator, thing)
    _note(operator, deed, type(thing), str(thing.pk), str(thing))


@action
def note_export(operator: User, model: type[Model]) -> None:
    """Write down that a list was taken along. Raises Refused for anybody but an operator."""
    ensure_operator(operator)
    _note(operator, "export", model)


@action
def end_place(operator: User, membership: Membership) -> None:
    """End somebody's place in a sphere of an organisation; what they said stays.

    Raises Refused if the operator may not, or if nobody responsible would remain, Http404 if it ended already.
    """
    membership = under_lock(membership)
    rules.ensure_may_end(operator, membership, administrators_left=administrators_without(membership))
    end(membership, operator.pk)


@action
def revoke(operator: User, invitation: Invitation) -> None:
    """End an invitation into a sphere of an organisation. Raises Refused if the operator may not."""
    rules.ensure_may_act_on(operator, invitation.sphere)
    withdraw(invitation, None)


@action
def cut_key(operator: User, key: Key) -> None:
    """End a guest's link into a sphere of an organisation, and its browsers. Raises Refused if the operator may not."""
    rules.ensure_may_act_on(operator, key.sphere)
    cut(Key.objects.under_lock(key.pk), None)


def forget_log() -> None:
    """Delete what the log tells of long ago."""
    writing(lambda: LogEntry.objects.filter(action_time__lt=clock.now() - LOG_KEPT).delete())


def _note(operator: User, deed: str, model: type[Model], number: str | None = None, name: str = "") -> None:
    LogEntry.objects.create(
        user=operator,
        content_type=ContentType.objects.get_for_model(model),
        object_id=number,
        object_repr=name[:200],
        action_flag=CHANGE,
        change_message=deed,
    )
