"""What backups do by the clock."""

from celery import shared_task

from alveole.backup.nightly import nightly


@shared_task
def back_up() -> None:
    """Save the site and prove that it comes back.

    It may take longer than Celery waits for it: a second delivery finds the first at it, and leaves. If the worker is
    killed before that, the second delivery does it; if after, the next night does.
    """
    nightly()
