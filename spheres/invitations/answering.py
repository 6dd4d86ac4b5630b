"""The letter that tells somebody what was answered to their asking: that they are in, or are not, and nothing else."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.ways import MAIL_FAILURES
from spheres.invitations import actions
from spheres.invitations.models import Request
from spheres.invitations.sending import AT_ONCE, PERMANENT, answer_of
from spheres.models import Membership

logger = logging.getLogger(__name__)


def tell_some() -> bool:
    """Send letters that tell an answer; tell whether there may be more to send now."""
    connection = get_connection()
    try:
        return all(_tell_one(connection) for _ in range(AT_ONCE))
    finally:
        connection.close()


def _tell_one(connection: Any) -> bool:
    """Send one; False where none waits, or the mail server itself is away."""
    request = actions.claim_answer()
    if request is None:
        return False
    if not _is_still_so(request):
        actions.settle_answer(request, is_sent=False, is_final=True)
        return True
    try:
        connection.open()
        connection.send_messages([mail_of(request)])
    except MAIL_FAILURES as failure:
        code, _said = answer_of(failure)
        actions.settle_answer(request, is_sent=False, is_final=code in PERMANENT)
        if code is None:
            logger.warning("Answers wait: %s", type(failure).__name__)
        return code is not None
    actions.settle_answer(request, is_sent=True)
    return True


def _is_still_so(request: Request) -> bool:
    """Whether it can still be told: to somebody with an address and an account, in the sphere if they were let in."""
    if not request.person.email or not request.person.is_active or request.sphere.deleted_at:
        return False
    is_in = Membership.objects.of(request.person).filter(sphere=request.sphere_id).exists()
    return is_in == request.is_accepted


def mail_of(request: Request) -> EmailMultiAlternatives:
    """Write the letter in the language of whoever asked."""
    with translation.override(request.person.language):
        sphere = request.sphere.name if request.is_accepted else request.asked_for
        link = settings.ALVEOLE_URL + reverse("spheres:sphere", args=[request.sphere.slug])
        context = {"request": request, "sphere": sphere, "link": link, "host": settings.SITE_HOST}
        subject = _("You are in: %(sphere)s") if request.is_accepted else _("Your request: %(sphere)s")
        mail = EmailMultiAlternatives(
            subject=" ".join((subject % {"sphere": sphere or settings.SITE_HOST}).split()),
            body=render_to_string("invitations/email/answer.txt", context),
            to=[str(request.person.email)],
            headers={"Message-ID": f"<{request.pk}@{settings.SITE_HOST}>", "Auto-Submitted": "auto-generated"},
        )
        mail.attach_alternative(render_to_string("invitations/email/answer.html", context), "text/html")
    return mail
