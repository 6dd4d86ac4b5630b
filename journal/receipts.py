"""Receipts: a command is judged once, whatever the network does to its answer."""

from __future__ import annotations

from typing import Any

from django.db.models import UUIDField
from django.utils.translation import gettext as _

from journal import clock
from journal.commands import Command
from journal.errors import Conflict
from journal.models import Entry, Receipt
from journal.prepared import Prepared, Slot
from journal.statements import as_stored, insert, run

_of_command = Prepared(
    lambda: Receipt.objects.filter(user=Slot("user", UUIDField()), command=Slot("command", UUIDField()))
)


class AlreadyAnswered(Exception):
    """Another request brought the same command first; `receipt` is its outcome."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.name)
        self.receipt = receipt


def stored(command: Command) -> Receipt | None:
    """Give the receipt of a command that was answered before, if any.

    Raises Conflict if the same id was used with other content.
    """
    receipt = _of_command.first(user=command.user_id, command=command.id)
    if receipt is not None and receipt.fingerprint != command.fingerprint:
        raise Conflict(_("This was already sent with other words. Send it again as a new message."))
    return receipt


def claim(command: Command) -> Receipt:
    """Insert the receipt first of all; PostgreSQL waits here for whoever came before.

    Raises AlreadyAnswered or Conflict if somebody did.
    """
    receipt = Receipt(
        user_id=command.user_id,
        command=command.id,
        name=command.name,
        fingerprint=command.fingerprint,
        at=clock.now(),
        outcome="accepted",
    )
    if not insert(receipt):
        earlier = stored(command)
        if earlier is None:
            raise Conflict(_("This was sent twice at the same moment. Try again."))
        raise AlreadyAnswered(earlier)
    return receipt


def accept(receipt: Receipt, last: Entry | None) -> None:
    """Store where the last entry of the command stands."""
    if last is None:
        return
    receipt.journal, receipt.seq = last.journal_id, last.seq
    receipt.kind, receipt.object_id = last.kind, last.object_id
    run(
        'UPDATE "journal_receipt" SET "journal" = %s, "seq" = %s, "kind" = %s, "object_id" = %s'
        ' WHERE "user_id" = %s AND "command" = %s',
        [as_stored(last.journal_id), last.seq, last.kind, as_stored(last.object_id), *_key(receipt)],
    )


def refuse(receipt: Receipt, sentence: str) -> None:
    """Store the refusal and its sentence."""
    receipt.outcome, receipt.sentence = "refused", sentence
    run(
        'UPDATE "journal_receipt" SET "outcome" = %s, "sentence" = %s WHERE "user_id" = %s AND "command" = %s',
        ["refused", sentence, *_key(receipt)],
    )


def _key(receipt: Receipt) -> list[Any]:
    return [as_stored(receipt.user_id), as_stored(receipt.command)]
