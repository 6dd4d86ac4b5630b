"""What the row of a feature says of the files in it."""

from __future__ import annotations

from django.urls import reverse

from files.models import File, State
from journal.kinds import Facts


def facts_of(file: File) -> Facts:
    """Give the plain values of one file, the same for everybody."""
    where = [file.sphere.slug, file.pk]
    facts: Facts = {"id": str(file.pk), "name": file.shown_name, "size": file.size, "state": str(file.state)}
    if file.state == State.READY:
        facts |= {"url": reverse("files:original", args=where)}
    if file.is_picture and file.blob is not None:
        facts |= {
            "alt": file.alt,
            "width": file.blob.width,
            "height": file.blob.height,
            "thumbnail": reverse("files:thumbnail", args=where),
            "preview": reverse("files:preview", args=where),
        }
    return facts
