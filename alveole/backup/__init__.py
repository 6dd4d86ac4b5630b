"""Backups: one archive of rows, files and keys, and the proof that it comes back.

What other rooms ask is here; how an archive is made and read, `README.md` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alveole.backup.models import Proof


def last_proof() -> Proof | None:
    """Give how the newest attempt to prove a backup ended; none before the first."""
    from alveole.backup.models import Proof  # noqa: PLC0415  # an app's models load after the app

    return Proof.objects.order_by("-at", "-id").first()


def last_good_proof() -> Proof | None:
    """Give the newest proof that stood: "last proven restore"."""
    from alveole.backup.models import Proof  # noqa: PLC0415  # an app's models load after the app

    return Proof.objects.filter(failure="").order_by("-at", "-id").first()
