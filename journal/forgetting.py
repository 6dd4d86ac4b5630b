"""What journals forget by the clock: receipts after 180 days, superseded entries after 30.

Tombstones stay: a device that comes back after months learns what is gone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from journal import clock
from journal.models import Entry, Receipt
from journal.writing import writing

RECEIPTS_LAST = timedelta(days=180)
SUPERSEDED_LAST = timedelta(days=30)
# A write transaction holds up everybody on SQLite: never long.
BATCH = 1_000


def forget() -> int:
    """Delete what is past its time, batch by batch, and give how many rows went."""
    return _forget_receipts() + _forget_superseded()


def _forget_receipts() -> int:
    limit = clock.now() - RECEIPTS_LAST
    old = Receipt.objects.filter(at__lt=limit).order_by("at")
    forgotten = 0
    while keys := list(old.values_list("user_id", "command")[:BATCH]):
        people, commands = zip(*keys, strict=True)
        # The pairs of one batch and maybe a few others as old.
        forgotten += _delete(Receipt.objects.filter(at__lt=limit, user_id__in=people, command__in=commands))
    return forgotten


def _forget_superseded() -> int:
    # No floor rises: what a superseded entry said, its successor says too.
    old = Entry.objects.filter(superseded=True, at__lt=clock.now() - SUPERSEDED_LAST)
    forgotten = 0
    for journal_id in old.values_list("journal_id", flat=True).distinct():
        of_journal = old.filter(journal_id=journal_id).order_by("seq")
        while numbers := list(of_journal.values_list("seq", flat=True)[:BATCH]):
            forgotten += _delete(Entry.objects.filter(journal_id=journal_id, superseded=True, seq__in=numbers))
    return forgotten


def _delete(rows: QuerySet[Any]) -> int:
    return writing(lambda: rows.delete()[0])
