"""What files do in the background."""

from uuid import UUID

from celery import shared_task

from files import actions, preparing
from files.models import Step
from spheres.seal import across_all_spheres
from spheres.waking import wake

SOME = 200


@shared_task
def prepare(step_id: str) -> None:
    """Do one step."""
    preparing.prepare(UUID(step_id))


@shared_task
def prepare_what_waits() -> None:
    """Go on with what a worker that was killed, or a storage that was away, left waiting."""
    for step_id in Step.objects.due().values_list("pk", flat=True)[:SOME]:
        wake(prepare.name, str(step_id))


@shared_task
def forget_files() -> None:
    """Erase what nothing shows any more."""
    with across_all_spheres("files that nothing shows are forgotten in every sphere"):
        while actions.forget(SOME):
            pass
    while actions.erase_waste(SOME):
        pass
