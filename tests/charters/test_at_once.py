"""Many accept a charter while it is changed: on every database each comes through, and nobody reads who owes."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from journal.errors import Refused
from spheres.actions import admit
from spheres.charters.actions import accept, publish_charter
from spheres.charters.models import Edition
from spheres.models import Membership, Reader
from spheres.seal import inside
from tests.conftest import Cast, person

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

PEOPLE = 8


def together(deeds: list[Callable[[], object]]) -> list[object]:
    """Let each happen in a thread of its own, all at once; give what came of each."""
    begin = threading.Barrier(len(deeds))
    came: list[object] = [None] * len(deeds)

    def run(number: int) -> None:
        try:
            begin.wait(30)
            came[number] = deeds[number]() or "done"
        except Exception as error:  # noqa: BLE001  # what went wrong is what is asked
            came[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


def publish(cast: Cast, text: str, seen: str) -> None:
    with inside(cast.sphere):
        publish_charter(cast.alice, text=text, seen=seen)


def test_many_accept_while_it_is_changed(cast: Cast) -> None:
    members = [admit(cast.alice, person(f"P{number}"), name=f"P{number}") for number in range(PEOPLE)]
    publish(cast, "un", "")
    with inside(cast.sphere):
        first = Edition.objects.select_related("charter__sphere").get()

    def agrees(member: Membership) -> Callable[[], object]:
        def deed() -> None:
            with inside(cast.sphere):
                accept(member, first)

        return deed

    deeds = [agrees(member) for member in members]
    came = together([*deeds[:4], lambda: publish(cast, "deux", "un"), *deeds[4:]])
    # Refused is whoever came after: they read the other one first.
    assert [one for one in came if not (one == "done" or isinstance(one, Refused))] == []
    for member in members:
        member.refresh_from_db()
        reads = set(Reader.objects.open().filter(membership=member).values_list("journal_id", flat=True))
        assert member.owes_charter
        assert reads == {member.journal_id}
