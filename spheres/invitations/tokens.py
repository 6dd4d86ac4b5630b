"""The link of an invitation: computed from the site's secret, stored nowhere."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from spheres import proofs
from spheres.invitations.models import Invitation
from spheres.models import Sphere

PURPOSE = "spheres.invitations.link.1"


def link_of(invitation: Invitation) -> str:
    """Give the address to hand to people."""
    return str(settings.ALVEOLE_URL) + reverse("invitations:landing", args=[token_of(invitation)])


def door_to(sphere: Sphere) -> str:
    """Give the address at which people ask to come into a public sphere; nothing where they cannot."""
    door = Invitation.objects.door_of(sphere)
    return "" if door is None else reverse("invitations:landing", args=[token_of(door)])


def token_of(invitation: Invitation) -> str:
    """Give the 43 characters that stand in its address."""
    return proofs.token_of(PURPOSE, invitation.pk, invitation.generation)


def invitation_of(token: str) -> Invitation:
    """Find the invitation of a link; one of an earlier generation is given as revoked.

    Raises Http404 for what was never a link of ours.
    """
    invitation, is_newest = proofs.found(Invitation.objects.whole(), PURPOSE, token)
    if not is_newest:
        invitation.revoked_at = invitation.revoked_at or invitation.created_at
    return invitation
