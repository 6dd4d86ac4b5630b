"""Proof and Restoration."""

from __future__ import annotations

from django.db import models

from alveole.backup.errors import Halted
from journal import clock


class Proof(models.Model):
    """One attempt to save the site and bring it back beside itself: the operator's traffic light."""

    at = models.DateTimeField(default=clock.now, db_index=True)
    # The file's name, without its folder.
    archive = models.CharField(max_length=255)
    # A sentence without content, as `Halted.as_json` gives it; empty: every row and every file came back.
    failure = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.archive}: {self.reason or 'proven'}"

    @property
    def stands(self) -> bool:
        """Whether everything came back."""
        return not self.failure

    @property
    def reason(self) -> str:
        """Give why it does not stand, in the language of whoever asks."""
        return Halted.from_json(self.failure).said()

    @property
    def system(self) -> str:
        """Give the reason that the system gave, in its own words, if there is one."""
        return Halted.from_json(self.failure).system


class Restoration(models.Model):
    """A restore that took place: written with the rows, it decides whether the files follow (decision 021)."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    archive_made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)
