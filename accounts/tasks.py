"""What accounts need by the clock."""

from celery import shared_task

from accounts import actions


@shared_task
def forget_links() -> None:
    """Delete what is known of sign-in links that ended a while ago."""
    actions.forget_links()
