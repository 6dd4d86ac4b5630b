"""Inviting many by mail: letters are written down, taken in hand one by one, and settled."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from journal import clock
from journal.errors import Conflict, Invalid
from journal.recording import record
from journal.statements import insert
from journal.writing import action, writing
from spheres.invitations import rules
from spheres.invitations.addresses import Addressee
from spheres.invitations.models import Invitation, Letter, LetterState, Mailing
from spheres.invitations.preview import judged
from spheres.models import Membership, Sphere
from spheres.seal import inside
from spheres.waking import wake_later

BATCH = 500
# Tries to send one letter, five minutes apart at least.
MOST_TRIES = 20
# So long after an invitation ended it is known to which address it was mailed.
LETTERS_LAST = timedelta(days=30)


@action
def send_by_mail(
    by: Membership, *, id: UUID, found: list[Addressee], role: str = "member", days: int = 14, language: str = "fr"
) -> Mailing:
    """Invite everybody of `found` who is new here, each by a letter with a link for one person.

    Raises Refused if `by` may not, Invalid where nobody is new, Conflict if `id` is taken.
    """
    # Of two lists that one person sends at once, the later knows of the earlier.
    Sphere.objects.under_lock(by.sphere_id)
    rules.ensure_may_invite(by, role, max_uses=1)
    new = [one.addressee for one in judged(by, found) if one.is_new]
    if not new:
        raise Invalid({"text": [_("Nobody here is new: there is nothing to send.")]})
    now = clock.now()
    mailing = Mailing(id=id, sphere=by.sphere, by=by, role=role, language=language, created_at=now, total=len(new))
    if not insert(mailing):
        raise Conflict(_("These invitations were already sent. Reload the page for others."), field="id")
    invitations = [
        Invitation(
            sphere=by.sphere,
            by=by,
            role=role,
            created_at=now,
            expires_at=now + timedelta(days=days),
            max_uses=1,
            mailing=mailing,
        )
        for _one in new
    ]
    Invitation.objects.bulk_create(invitations, batch_size=BATCH)
    letters = [
        Letter(
            sphere=by.sphere, mailing=mailing, invitation=invitation, line=one.line, address=one.address, name=one.name
        )
        for one, invitation in zip(new, invitations, strict=True)
    ]
    Letter.objects.bulk_create(letters, batch_size=BATCH)
    record(by.journal_id, "mailed", mailing, actor=by.pk)
    wake_later("spheres.invitations.tasks.send_mailing", str(mailing.pk))
    return mailing


def claim(mailing: Mailing) -> Letter | None:
    """Take one letter of a mailing in hand, so that no other worker does; None where none is free."""

    def body() -> Letter | None:
        letter: Letter | None = (
            Letter.objects.free(mailing)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("invitation__sphere", "invitation__by__sphere")
            .first()
        )
        if letter is not None:
            letter.state, letter.taken_at, letter.tries = LetterState.SENDING, clock.now(), letter.tries + 1
            letter.save(update_fields=["state", "taken_at", "tries"])
        return letter

    return writing(body)


def settle(letter: Letter, *, failure: str = "", is_final: bool = False) -> None:
    """Write down what became of a letter in hand: sent, not to be sent, or (by and by given up) to be tried again."""

    def body() -> None:
        is_given_up = bool(failure) and (is_final or letter.tries >= MOST_TRIES)
        otherwise = LetterState.WAITING if failure else LetterState.SENT
        letter.state = LetterState.FAILED if is_given_up else otherwise
        letter.failure = failure
        letter.save(update_fields=["state", "failure"])

    writing(body)


def forget_letters() -> None:
    """Delete the addresses and names of letters whose invitation ended a while ago, sphere by sphere."""
    old = Invitation.objects.filter(mailing__isnull=False, expires_at__lt=clock.now() - LETTERS_LAST)
    for sphere in list(old.order_by().values_list("sphere_id", flat=True).distinct()):
        with inside(sphere):
            writing(Letter.objects.filter(invitation__in=old).delete)


def tell_progress(mailing: Mailing) -> None:
    """Tell whoever sent a mailing how far it is, where that has changed."""

    def body() -> None:
        counts = Letter.objects.counts(mailing)
        sent, failed = counts.get("sent", 0), counts.get("failed", 0)
        is_finished = sent + failed == mailing.total
        if (sent, failed) == (mailing.sent, mailing.failed) and is_finished == bool(mailing.finished_at):
            return
        mailing.sent, mailing.failed = sent, failed
        mailing.finished_at = clock.now() if is_finished else None
        mailing.save(update_fields=["sent", "failed", "finished_at"])
        record(mailing.by.journal_id, "went-on", mailing)

    writing(body)
