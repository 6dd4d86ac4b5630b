"""What spheres do after a commit, and by the clock."""

from celery import shared_task

from spheres import actions
from spheres.models import Membership, Sphere


@shared_task
def remove_posts() -> None:
    """Remove what people who left wanted removed."""
    for membership in Membership.objects.posts_to_remove():
        actions.remove_posts(membership)


@shared_task
def erase_deleted_spheres() -> None:
    """Erase what was deleted a week ago and not put back. Raises ExceptionGroup after all of them were tried."""
    failures = []
    for sphere in Sphere.objects.to_erase():
        try:
            actions.erase(sphere)
        except Exception as failure:  # noqa: BLE001  # what is wrong with one keeps no other
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Spheres that were not erased", failures)
