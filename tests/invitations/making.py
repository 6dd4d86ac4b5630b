"""Invitations as tests make them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from journal.ids import uuid7
from spheres.invitations.actions import invite
from spheres.invitations.models import Invitation
from spheres.invitations.tokens import link_of
from spheres.models import Membership
from tests.conftest import Cast

NEW = {"name": "Jeanne Martin", "email": "jeanne@example.invalid", "zone": "America/Montreal"}
PASSWORD = "béton-banché-2026"


def made(by: Membership, **said: Any) -> Invitation:
    """Make an invitation."""
    return invite(by, id=uuid7(), **said)


def path(invitation: Invitation) -> str:
    """Give the path of its link."""
    return link_of(invitation).removeprefix(settings.ALVEOLE_URL)


def fresh(invitation: Invitation) -> Invitation:
    """Give it as now stored."""
    return Invitation.objects.whole().get(pk=invitation.pk)


def place_of(name: str, cast: Cast) -> Membership:
    """Give somebody's place in the cast's sphere."""
    return Membership.objects.with_sphere().get(sphere=cast.sphere, person__name=name, ended_at=None)
