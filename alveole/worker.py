"""The worker process: Celery's threads pool, with beat in a thread of its own unless it has a process of its own.

The same as `celery -A alveole worker -P threads -B` without what only a terminal needs, and without beat's second
process, which a killed worker would leave behind.
"""

import os
import signal
import sys
import warnings
from typing import Any

import django
from celery import bootsteps
from celery.apps.worker import Worker
from celery.beat import EmbeddedService
from celery.exceptions import SecurityWarning
from celery.worker import state

from alveole import processes

THREADS = 4


class Beat(bootsteps.StartStopStep):
    """Starts what is due by the clock; at most one worker of a site may do so."""

    requires = ("celery.worker.components:Pool",)

    def create(self, parent: Any) -> Any:
        """Give the thread that Celery starts and stops with the worker."""
        return EmbeddedService(parent.app, thread=True)


class QuietWorker(Worker):
    """A worker that leaves the terminal to the supervisor."""

    def install_platform_tweaks(self, worker: Any) -> None:
        """Stop on SIGTERM once the running tasks are done, without announcing it."""
        signal.signal(signal.SIGTERM, lambda *_: setattr(state, "should_stop", os.EX_OK))
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def main(*, with_beat: bool = True) -> int:
    """Work until asked to stop; give the exit code."""
    warnings.simplefilter("ignore", SecurityWarning)  # of root in a container: tasks are JSON, and the host's choice
    processes.watch_parent()
    os.nice(5)  # people who wait for a page go first
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
    django.setup()
    from alveole.celery import app  # noqa: PLC0415  # needs the settings

    if with_beat:
        app.steps["worker"].add(Beat)
    worker = QuietWorker(
        app=app,
        pool="threads",
        concurrency=THREADS,
        loglevel="WARNING",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
