"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

import logging
import time
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 2


def live(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nothing else of anybody."""
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Say which of the parts answers: 200 when all do, 503 when one does not."""
    parts = {"database": database_answers(), "migrations": is_migrated(), "valkey": valkey_answers()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def database_answers() -> bool:
    """Whether a query comes back."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as failure:
        logger.warning("The database does not answer: %s", type(failure).__name__)
        return False
    return True


def is_migrated() -> bool:
    """Whether the database is the one that this code expects; asked again every few seconds until it is."""
    global _asks_again_at  # noqa: PLW0603  # one database, one answer
    if time.monotonic() < _asks_again_at:
        return False
    try:
        return bool(_migrated())
    except (DatabaseError, NotYet):
        _asks_again_at = time.monotonic() + PATIENCE_SECONDS
        return False


_asks_again_at = 0.0


class NotYet(Exception):
    """Migrations wait."""


@cache
def _migrated() -> bool:
    # Reading every migration is dear, and anybody may ask.
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotYet
    return True


@cache
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(
        settings.VALKEY_URL, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
    )


def valkey_answers() -> bool:
    """Whether Valkey answers a ping."""
    try:
        return bool(_valkey().ping())
    except redis.RedisError:
        return False


def waiting_tasks() -> int | None:
    """Count the tasks that wait for the worker; None while Valkey does not answer."""
    try:
        return int(_valkey().llen("celery:alveole"))
    except redis.RedisError:
        return None
