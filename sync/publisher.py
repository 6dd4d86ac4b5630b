"""After a commit: the entry is finished, handed to this process's sockets and sent to the other processes."""

from __future__ import annotations

import json
import logging
import secrets
import time
from functools import cache
from uuid import UUID

import redis
from django.conf import settings

from journal.publishing import Recorded
from sync import hub
from sync.frames import finished

logger = logging.getLogger(__name__)

CHANNEL = "alveole:hub"
PROCESS = secrets.token_hex(8)


def publish_entry(recorded: Recorded) -> None:
    """Render a committed entry and send it on its way; runs in the committing process."""
    published = finished(recorded.entry, recorded.scope, recorded.thing)
    hub.hand_over(published)
    _broadcast({"p": published.to_json()})


def publish_person(user_id: UUID) -> None:
    """Say that what a person may read, or a session of theirs, changed."""
    hub.person_changed_from_thread(user_id)
    _broadcast({"u": user_id.hex})


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.VALKEY_URL, socket_timeout=2, socket_connect_timeout=2)


# A Valkey that accepts and does not answer costs two seconds an entry: not asked again for a moment.
REST_SECONDS = 1.0
_rests_until = 0.0


def _broadcast(message: dict[str, object]) -> None:
    global _rests_until  # noqa: PLW0603  # one Valkey, one rest
    if time.monotonic() < _rests_until:
        return
    # The commit stands whatever happens here: other processes see the gap and read the database.
    try:
        _redis().publish(CHANNEL, json.dumps({"from": PROCESS, **message}, ensure_ascii=False))
    except redis.RedisError as error:
        _rests_until = time.monotonic() + REST_SECONDS
        logger.warning("Other processes were not told of a change: %s", type(error).__name__)
