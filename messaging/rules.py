"""The permissions of messaging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from journal.errors import Refused
from spheres.rules import EDITORS, ensure_has_accepted, ensure_living, ensure_may_start

if TYPE_CHECKING:
    from messaging.models import Conversation, Message
    from spheres.models import Membership


def ensure_may_post(member: Membership, conversation: Conversation) -> None:
    """Raise Refused unless `member` may speak here: whoever may begin something in the sphere."""
    if not member.is_open or member.sphere_id != conversation.sphere_id:
        raise Refused(_("You can no longer write here."))
    ensure_may_start(member)


def may_edit(member: Membership, message: Message) -> bool:
    """Whether `member` may change the words: only whoever wrote them."""
    return message.author_id == member.pk


def ensure_may_edit(member: Membership, message: Message) -> None:
    """Raise Refused unless `member` wrote it."""
    if not may_edit(member, message):
        raise Refused(_("Only its author can change a message."))
    ensure_living(member.sphere)
    ensure_has_accepted(member)


def may_delete(member: Membership, message: Message) -> bool:
    """Whether `member` may delete it: its author, and those who look after the sphere."""
    return message.author_id == member.pk or member.role in EDITORS


def ensure_may_delete(member: Membership, message: Message) -> None:
    """Raise Refused unless `member` may delete it."""
    if not may_delete(member, message):
        raise Refused(_("Only its author, or somebody responsible for this sphere, can delete a message."))
    ensure_has_accepted(member)
