"""What the site as a whole does by the clock."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def forget_ended_sessions() -> None:
    """Delete the sessions whose 400 days are over."""
    call_command("clearsessions")
