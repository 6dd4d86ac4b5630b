"""What journals do by the clock."""

from celery import shared_task

from journal.forgetting import forget


@shared_task
def forget_what_is_past() -> None:
    """Delete receipts and superseded entries past their time."""
    forget()
