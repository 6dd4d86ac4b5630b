"""Sending the letters of a mailing: one connection for many, each letter taken, sent, settled.

A worker may be killed anywhere. What it had only taken is free again after a while and is sent then; what the mail
server had accepted and we had not yet written down is sent once more under the same Message-ID, and nothing else is.
"""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.ways import MAIL_FAILURES
from spheres.invitations import actions
from spheres.invitations.models import Letter, Mailing
from spheres.invitations.tokens import link_of
from spheres.seal import inside

logger = logging.getLogger(__name__)

AT_ONCE = 100  # then the task is woken again: none may run long
TOLD_EVERY = 20
PERMANENT = range(500, 600)
LONGEST_FAILURE = 300


def send_some(mailing_id: UUID) -> bool:
    """Send letters of a mailing; tell whether there may be more to send now."""
    mailing = Mailing.objects.whole().get(pk=mailing_id)
    if not mailing.sphere.is_living:
        return False  # an archived sphere may be opened again, and a deleted one put back
    with inside(mailing.sphere_id), translation.override(mailing.language):
        connection = get_connection()
        try:
            sent = _send_in_turn(mailing, connection)
        finally:
            connection.close()
        actions.tell_progress(mailing)
    return sent == AT_ONCE


def _send_in_turn(mailing: Mailing, connection: Any) -> int:
    for number in range(AT_ONCE):
        letter = actions.claim(mailing)
        if letter is None or not _send(letter, connection):
            return number
        if (number + 1) % TOLD_EVERY == 0:
            actions.tell_progress(mailing)
    return AT_ONCE


def _send(letter: Letter, connection: Any) -> bool:
    """Send one; False where the mail server itself is away, and the others would fare no better."""
    if letter.invitation.state != "open":
        actions.settle(letter, failure=_("The invitation was taken back."), is_final=True)
        return True
    try:
        connection.open()
        connection.send_messages([mail_of(letter)])
    except MAIL_FAILURES as failure:
        code, said = answer_of(failure)
        actions.settle(letter, failure=said, is_final=code in PERMANENT)
        if code is None:
            logger.warning("Letters wait: %s", type(failure).__name__)
        return code is not None
    actions.settle(letter)
    return True


def mail_of(letter: Letter) -> EmailMultiAlternatives:
    """Write a letter, in the language that is open."""
    invitation = letter.invitation
    context = {"letter": letter, "invitation": invitation, "link": link_of(invitation), "host": settings.SITE_HOST}
    names = {"name": invitation.by.name, "sphere": invitation.sphere.name}
    mail = EmailMultiAlternatives(
        subject=" ".join((_("%(name)s invites you: %(sphere)s") % names).split()),
        body=render_to_string("invitations/email/letter.txt", context),
        to=[letter.address],
        headers={"Message-ID": f"<{letter.pk}@{settings.SITE_HOST}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("invitations/email/letter.html", context), "text/html")
    return mail


def answer_of(failure: Exception) -> tuple[int | None, str]:
    """Give what the server answered to this letter; no code where it did not answer to it."""
    answer: tuple[int, bytes | str]
    if isinstance(failure, SMTPRecipientsRefused):
        answer = next(iter(failure.recipients.values()))
    elif isinstance(failure, SMTPResponseException):
        answer = failure.smtp_code, failure.smtp_error
    else:
        return None, _short(str(failure) or type(failure).__name__)
    code, said = answer
    return code, _short(said.decode(errors="replace") if isinstance(said, bytes) else said)


def _short(said: str) -> str:
    return said[:LONGEST_FAILURE]
