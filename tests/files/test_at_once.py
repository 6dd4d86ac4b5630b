"""Several workers, and somebody who speaks, at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from files import actions, storing
from files.models import Blob, File, State, Step
from files.preparing import prepare
from journal.ids import uuid7
from messaging.actions import send_message
from messaging.models import Message
from messaging.rows import MessageKind
from spheres.seal import inside
from tests.conftest import Cast
from tests.files.sending import photo

pytestmark = [pytest.mark.db, pytest.mark.django_db(transaction=True)]

ROUNDS = 4


def arrived(cast: Cast, content: bytes) -> UUID:
    """Let a whole file of Bob's lie there, unprepared."""
    with inside(cast.sphere):
        file = actions.announce(cast.bob, id=uuid7(), size=len(content), name="photo.jpg")
        stored = actions.begin("chunks", cast.sphere.pk)
        storing.keep(stored, content)
        actions.receive(cast.bob, file, offset=0, size=len(content), stored=stored)
        return file.pk


def at_once(deeds: Iterable[Callable[[], Any]]) -> None:
    """Do all of it at the same time; raises what one of them raised."""

    def done(deed: Callable[[], Any]) -> None:
        try:
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(done, deeds))


def steps() -> list[Callable[[], None]]:
    return [partial(prepare, pk) for pk in Step.objects.values_list("pk", flat=True)]


def test_the_same_content_is_gathered_once(cast: Cast) -> None:
    for number in range(ROUNDS):
        sent = [arrived(cast, photo((40 + number, 30))) for _ in range(3)]
        at_once(steps())
        at_once(steps())
        with inside(cast.sphere):
            files = File.objects.whole(sent)
            assert {file.state for file in files} == {State.READY}
            assert len({file.blob_id for file in files}) == 1
            assert Blob.objects.count() == number + 1


def test_whoever_speaks_while_a_picture_is_made_shows_it_as_one(cast: Cast) -> None:
    for number in range(ROUNDS):
        sent = arrived(cast, photo((60 + number, 30)))
        at_once(steps())
        said = uuid7()

        def say(said: UUID = said, sent: UUID = sent) -> None:
            with inside(cast.sphere):
                send_message(cast.bob, cast.conversation, id=said, body="", files=[sent])

        at_once([say, *steps()])
        at_once(steps())
        with inside(cast.sphere):
            message = MessageKind().things().get(pk=said)
            (facts,) = MessageKind().facts(message)["files"]
            assert facts["state"] == State.READY
            assert facts["thumbnail"]
            assert Message.objects.count() == number + 1
