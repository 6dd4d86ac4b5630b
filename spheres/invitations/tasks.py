"""What invitations do in the background."""

from uuid import UUID

from celery import shared_task

from spheres.invitations import actions
from spheres.invitations.answering import tell_some
from spheres.invitations.models import Mailing, Request
from spheres.invitations.sending import send_some
from spheres.waking import wake


@shared_task
def end_expired() -> None:
    """Take from the lists what is expired; its links let nobody in since the minute that they name."""
    actions.end_expired()


@shared_task
def forget_letters() -> None:
    """Forget to which addresses invitations were mailed that ended a while ago."""
    actions.forget_letters()


@shared_task
def send_mailing(mailing_id: str) -> None:
    """Send some letters of a mailing, and wake for the rest."""
    if send_some(UUID(mailing_id)):
        wake(send_mailing.name, mailing_id)


@shared_task
def tell_answers() -> None:
    """Tell whoever asked to come in what was answered, and wake for the rest."""
    if tell_some():
        wake(tell_answers.name)


@shared_task
def send_what_waits() -> None:
    """Go on with what a worker that was killed, or a mail server that was away, left waiting."""
    for mailing_id in Mailing.objects.unfinished().values_list("pk", flat=True):
        wake(send_mailing.name, str(mailing_id))
    if Request.objects.to_tell().exists():
        wake(tell_answers.name)
