"""The rows of invitations, everything but their links, and of requests."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from journal.kinds import Facts, Kind
from spheres.handing import HandedOverKind
from spheres.invitations.models import Invitation, Mailing, Request


class InvitationKind(HandedOverKind[Invitation]):
    """An invitation that stands, told to whoever made it and to those responsible."""

    name = "invitations.invitation"
    model = Invitation
    template = "invitations/_invitation.html"

    def things(self) -> QuerySet[Invitation]:
        """Give the invitations that nothing ended."""
        return Invitation.objects.whole().told()

    def facts(self, thing: Invitation) -> Facts:
        """Give who invites as what, until when and how many."""
        return {
            "author": str(thing.by_id),
            "author_name": thing.by.name,
            "role": thing.role,
            "note": thing.note,
            "expires_at": thing.expires_at.isoformat(timespec="seconds"),
            "uses": thing.uses,
            "max_uses": thing.max_uses,
            "url": reverse("invitations:invitation", args=[thing.sphere.slug, thing.pk]),
        }


class RequestKind(Kind[Request]):
    """Somebody who waits for a yes, told to those who can say it."""

    name = "invitations.request"
    model = Request
    template = "invitations/_request.html"
    journal = "sphere__desk_id"
    is_standing = True

    def things(self) -> QuerySet[Request]:
        """Give the requests that nobody has decided."""
        return Request.objects.whole().waiting()

    def facts(self, thing: Request) -> Facts:
        """Give who asks, and by whose link."""
        return {
            "name": thing.name,
            "asked_at": thing.asked_at.isoformat(timespec="seconds"),
            "by": "" if thing.invitation.is_door else str(thing.invitation.by_id),
            "by_name": "" if thing.invitation.is_door else thing.invitation.by.name,
            "role": thing.invitation.role,
            "is_guest": thing.invitation.is_for_one_account,
            "accept_url": reverse("invitations:admission", args=[thing.sphere.slug, thing.pk]),
            "decline_url": reverse("invitations:refusal", args=[thing.sphere.slug, thing.pk]),
        }


class MailingKind(Kind[Mailing]):
    """Invitations sent by mail in one go, and how far it is: for whoever sent them."""

    name = "invitations.mailing"
    model = Mailing
    template = "invitations/_mailing.html"
    journal = "by__journal_id"
    is_standing = True

    def things(self) -> QuerySet[Mailing]:
        """Give the mailings."""
        return Mailing.objects.whole()

    def facts(self, thing: Mailing) -> Facts:
        """Give the counts, as told last."""
        return {
            "created_at": thing.created_at.isoformat(timespec="seconds"),
            "total": thing.total,
            "sent": thing.sent,
            "failed": thing.failed,
            "done": thing.sent + thing.failed,
            "finished": thing.finished_at is not None,
            "url": reverse("invitations:mailing", args=[thing.sphere.slug, thing.pk]),
        }
