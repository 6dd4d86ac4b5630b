"""What operators' traces need by the clock."""

from celery import shared_task

from alveole.operators import actions


@shared_task
def forget_log() -> None:
    """Delete what the log tells of more than a year ago."""
    actions.forget_log()
