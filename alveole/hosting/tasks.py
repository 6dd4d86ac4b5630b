"""The worker's sign of life."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

WORKER_SEEN = "hosting:worker-seen"
EVERY_SECONDS = 60.0


@shared_task
def tell_that_the_worker_lives() -> None:
    """Write down when background work was last done."""
    cache.set(WORKER_SEEN, timezone.now().timestamp(), timeout=None)
