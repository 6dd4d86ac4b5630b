"""What is written with restored rows: that they are there, and that every journal begins anew."""

from __future__ import annotations

import pytest
from django.utils import timezone

from alveole.backup.actions import record_restoration
from alveole.backup.models import Restoration
from journal.ids import uuid7
from journal.models import Journal
from tests.conftest import Cast

pytestmark = pytest.mark.db


def test_every_journal_gets_another_epoch_and_keeps_its_numbers(cast: Cast) -> None:
    before = {journal.pk: (journal.epoch, journal.last_seq) for journal in Journal.objects.all()}
    key, made_at = uuid7(), timezone.now()
    record_restoration(key, made_at)
    assert Restoration.objects.get(pk=key).archive_made_at == made_at
    after = {journal.pk: (journal.epoch, journal.last_seq) for journal in Journal.objects.all()}
    assert {pk: seq for pk, (_, seq) in after.items()} == {pk: seq for pk, (_, seq) in before.items()}
    assert [pk for pk in before if before[pk][0] == after[pk][0]] == []
