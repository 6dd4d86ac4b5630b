"""What organisations do after a commit, and by the clock."""

from celery import shared_task

from spheres.models import Sphere
from spheres.organisations import actions


@shared_task
def bring_everybody_in() -> None:
    """Bring everybody of an organisation into its spheres of everybody, a few people at a time."""
    for sphere in Sphere.objects.of_everybody().order_by("pk"):
        while actions.bring_in(sphere):
            pass
