"""The link of a key: computed from the site's secret, stored nowhere."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from spheres import proofs
from spheres.guests.models import Key

PURPOSE = "spheres.guests.key.1"


def link_of(key: Key) -> str:
    """Give the address to hand to the guest."""
    return str(settings.ALVEOLE_URL) + reverse("guests:landing", args=[token_of(key)])


def token_of(key: Key) -> str:
    """Give the 43 characters that stand in its address."""
    return proofs.token_of(PURPOSE, key.pk, key.generation)


def key_of(token: str) -> Key:
    """Find the key of a link; one of an earlier generation is given as cut.

    Raises Http404 for what was never a link of ours.
    """
    key, is_newest = proofs.found(Key.objects.whole(), PURPOSE, token)
    if not is_newest:
        key.cut_at = key.cut_at or key.created_at
    return key
