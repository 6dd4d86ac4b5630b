"""The beat process of a site of several workers: it alone wakes them by the clock.

The same as `celery -A alveole beat` without what only a terminal needs. What it remembers lies in the data folder.
"""

import warnings

from celery.apps.beat import Beat
from celery.exceptions import SecurityWarning

from alveole.celery import app


def main() -> None:
    """Wake the workers by the clock until asked to stop."""
    warnings.simplefilter("ignore", SecurityWarning)  # of root in a container, as for the worker
    Beat(app=app, loglevel="WARNING", redirect_stdouts=False, quiet=True).run()
