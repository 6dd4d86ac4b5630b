"""Waking the worker after a commit; what no broker heard of is found by the clock."""

from __future__ import annotations

import logging

from celery import current_app
from django.db.transaction import on_commit
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


# Celery tries for six seconds by itself; whoever wrote something waits for the answer meanwhile.
AT_ONCE = {"max_retries": 0, "interval_start": 0, "interval_step": 0, "socket_connect_timeout": 1, "socket_timeout": 1}


def wake(task: str, *arguments: str) -> None:
    """Let the worker do a task, by its dotted name; nobody waits for a broker that is away."""
    try:
        with current_app.connection_for_write(transport_options=AT_ONCE) as broker:
            current_app.send_task(task, list(arguments), connection=broker, retry=False)
    except OperationalError as failure:
        logger.warning("The worker is not woken: %s", type(failure).__name__)


def wake_later(task: str, *arguments: str) -> None:
    """Do so once what is being written is committed."""
    on_commit(lambda: wake(task, *arguments))
