"""Key and Browser."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from journal import clock
from journal.ids import uuid7
from spheres.guests.querysets import BrowserQuerySet, KeyQuerySet
from spheres.handing import HandedOver
from spheres.models import Membership


class Key(HandedOver):
    """What opens one sphere to one guest, again and again."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="+")
    cut_at = models.DateTimeField(null=True)
    # Until then a browser comes in by itself, and a later one asks; None: nobody has come yet.
    opens_until = models.DateTimeField(null=True)

    objects = KeyQuerySet.as_manager()

    @property
    def guest(self) -> User:
        """Give the person whose browsers it signs in."""
        person = self.membership.person
        assert person is not None, "a person who was deleted took their memberships' keys along"
        return person

    @property
    def is_standing(self) -> bool:
        """Whether there is still a place that it was made for."""
        return self.membership.is_open and self.membership.person is not None

    @property
    def is_outgrown(self) -> bool:
        """Whether the guest has an account of their own since, which replaces it."""
        return self.is_standing and self.guest.has_own_way

    @property
    def is_open(self) -> bool:
        """Whether its link opens anything."""
        is_reached = self.is_standing and self.sphere.deleted_at is None
        return self.cut_at is None and is_reached and not self.is_outgrown

    @property
    def opens_by_itself(self) -> bool:
        """Whether a browser that comes now need not ask."""
        return self.opens_until is None or clock.now() < self.opens_until

    @property
    def present(self) -> list[Browser]:
        """Give the browsers that nobody cut."""
        return [browser for browser in self.browsers.all() if browser.state != State.CUT]


class State(models.TextChoices):
    """How a browser stands."""

    IN = "in"
    WAITING = "waiting"
    CUT = "cut"


class Browser(models.Model):
    """A browser that came with a link: in, waiting for a yes, or cut."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(Key, on_delete=models.CASCADE, related_name="browsers")
    session_key = models.CharField(max_length=40, unique=True)
    # "Chrome, Android": as it says itself.
    name = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State)
    came_at = models.DateTimeField(default=clock.now)

    objects = BrowserQuerySet.as_manager()

    class Meta:
        ordering = ("came_at", "id")

    def __str__(self) -> str:
        return self.name
