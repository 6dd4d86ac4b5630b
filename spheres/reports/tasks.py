"""What reports do by the clock, at night."""

from __future__ import annotations

import time

from celery import shared_task

from spheres.reports.actions import begin, outdate
from spheres.reports.querysets import due, outdated
from spheres.reports.replaying import check

# A few spheres a run, six runs an hour: a large site takes a week, and no run takes the worker for long.
AT_ONCE = 20
MOST_SECONDS = 300
# On SQLite whoever writes waits for a question to be over: without room between two, sometimes for a second.
PAUSE_SECONDS = 0.02


@shared_task
def check_seals() -> None:
    """Ask about the spheres that are due. Raises ExceptionGroup after all of them were tried."""
    began = time.monotonic()
    failures = []
    for sphere in due()[:AT_ONCE]:
        if time.monotonic() - began > MOST_SECONDS:
            break
        begin(sphere)
        try:
            check(sphere, pause=PAUSE_SECONDS)
        except Exception as failure:  # noqa: BLE001  # what is wrong with one keeps no other
            failures.append(failure)
    for sphere in outdated()[:AT_ONCE]:
        outdate(sphere)
    if failures:
        raise ExceptionGroup("Spheres whose seal was not asked about", failures)
