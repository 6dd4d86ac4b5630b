"""What backups write down."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from alveole.backup.models import Proof, Restoration
from journal.models import Journal
from journal.writing import writing

PROOFS_KEPT = 100


def record_proof(archive: str, failure: str = "") -> Proof:
    """Remember how a proof ended; `failure` is what `Halted.as_json` gives, empty if all came back."""

    def write() -> Proof:
        proof = Proof.objects.create(archive=archive, failure=failure)
        kept = Proof.objects.order_by("-at", "-id").values_list("pk", flat=True)[:PROOFS_KEPT]
        Proof.objects.exclude(pk__in=list(kept)).delete()
        return proof

    return writing(write)


def record_restoration(id: UUID, archive_made_at: datetime) -> None:
    """Write with restored rows that they are there, and give every journal another epoch.

    Numbers will be used again with other content: a device that knew them starts that journal anew.
    """

    def write() -> None:
        Journal.objects.update(epoch=uuid4())
        Restoration.objects.create(id=id, archive_made_at=archive_made_at)

    writing(write)
