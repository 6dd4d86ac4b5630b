"""Forgetting: old receipts and superseded entries go, and no device notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from journal import clock, forgetting
from journal.commands import Command, commanded
from journal.ids import uuid7
from journal.models import Entry, Receipt
from journal.tasks import forget_what_is_past
from messaging.actions import delete_message, edit_message
from spheres.actions import present
from spheres.models import Membership
from spheres.seal import inside
from tests.conftest import Cast
from tests.sync.device import Device

pytestmark = pytest.mark.db


def received(cast: Cast, days_ago: int) -> Receipt:
    assert cast.bob.person is not None
    command = Command(uuid7(), "x", "/", cast.bob.person.pk, "f")
    with clock.at(clock.now() - timedelta(days=days_ago)), commanded(command):
        present(cast.bob, name=f"Bob {days_ago}")
    assert command.receipt is not None
    return command.receipt


def test_receipts_last_180_days(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 1)
    kept = [received(cast, days) for days in (0, 179)]
    for days in (181, 400, 500):
        received(cast, days)
    forget_what_is_past()
    assert set(Receipt.objects.values_list("command", flat=True)) == {receipt.command for receipt in kept}


def test_superseded_entries_last_30_days_and_the_feed_says_the_same(
    cast: Cast, browse: Callable[[Membership | None], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    stale = Device(browse(cast.bob), cast.bob).pull()
    with clock.at(clock.now() - timedelta(days=40)), inside(cast.sphere):
        said = cast.say(cast.alice, "0")
        for number in range(5):
            edit_message(cast.alice, said, body=str(number + 1), seen=str(number))
        gone = cast.say(cast.alice, "à oublier")
        delete_message(cast.alice, gone)
    with inside(cast.sphere):
        edit_message(cast.alice, said, body="récent", seen="5")
    forget_what_is_past()
    told = Entry.objects.filter(object_id=said.pk).order_by("seq")
    assert [entry.verb for entry in told] == ["edited"]
    assert [entry.verb for entry in Entry.objects.filter(object_id=gone.pk)] == ["deleted"]
    assert stale.pull().shown == Device(browse(cast.bob), cast.bob).pull().shown
