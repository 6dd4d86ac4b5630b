"""Receipts: a command is judged once, whatever the network does to its answer."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from journal import clock
from journal.commands import Command
from journal.errors import Conflict
from journal.models import Entry, Receipt


class AlreadyAnswered(Exception):
    """Another request brought the same command first; `receipt` is its outcome."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.name)
        self.receipt = receipt


def stored(command: Command) -> Receipt | None:
    """Give the receipt of a command that was answered before, if any.

    Raises Conflict if the same id was used with other content.
    """
    # Not first(): putting one row in order costs as much as reading it.
    receipt = next(iter(Receipt.objects.filter(user_id=command.user_id, command=command.id)), None)
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
    if not _insert_or_nothing(receipt):
        earlier = stored(command)
        if earlier is None:
            raise Conflict(_("This was sent twice at the same moment. Try again."))
        raise AlreadyAnswered(earlier)
    return receipt


def _insert_or_nothing(receipt: Receipt) -> bool:
    # bulk_create(ignore_conflicts=True) does not tell whether a row was inserted; the row count does.
    fields = Receipt._meta.local_concrete_fields
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(getattr(receipt, field.attname), connection) for field in fields]
    table = connection.ops.quote_name(Receipt._meta.db_table)
    with connection.cursor() as cursor:
        # Only names of our own model are written into the statement.
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING", values)  # noqa: S608
        return bool(cursor.rowcount == 1)


def accept(receipt: Receipt, last: Entry | None) -> None:
    """Store where the last entry of the command stands."""
    if last is None:
        return
    receipt.journal, receipt.seq = last.journal_id, last.seq
    receipt.kind, receipt.object_id = last.kind, last.object_id
    _update(receipt, journal=receipt.journal, seq=receipt.seq, kind=receipt.kind, object_id=receipt.object_id)


def refuse(receipt: Receipt, sentence: str) -> None:
    """Store the refusal and its sentence."""
    receipt.outcome, receipt.sentence = "refused", sentence
    _update(receipt, outcome="refused", sentence=sentence)


def _update(receipt: Receipt, **values: object) -> None:
    Receipt.objects.filter(user_id=receipt.user_id, command=receipt.command).update(**values)
