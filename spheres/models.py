"""Organisation, Sphere, Membership, Reader and Mine."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from journal import clock
from journal.ids import uuid7
from journal.models import Journal
from spheres.querysets import MembershipQuerySet, ReaderQuerySet
from spheres.seal import Sealed

HUES = ["amber", "clay", "coral", "rose", "plum", "violet", "indigo", "blue", "teal", "green", "olive", "slate"]
SHAPES = ["circle", "square", "diamond", "triangle", "pentagon", "hexagon", "star", "drop"]


class Context(models.TextChoices):
    """What a sphere is a part of in its people's lives."""

    WORK = "work", _("Work")
    FAMILY = "family", _("Family")
    ASSOCIATION = "association", _("Association")


class Role(models.TextChoices):
    """What a member is in a sphere."""

    ADMINISTRATOR = "administrator", _("Administrator")
    PUBLISHER = "publisher", _("Publisher")
    MEMBER = "member", _("Member")
    VISITOR = "visitor", _("Visitor")
    GUEST = "guest", _("Guest")


class Organisation(models.Model):
    """A company, an association, a school: it holds spheres and has no right inside them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    hue = models.CharField(max_length=16, choices=[(hue, hue) for hue in HUES], default="slate")
    kind = models.CharField(max_length=24, default="company")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Sphere(models.Model):
    """A sealed place. Its slug is made by the server: none can be found taken."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="spheres")
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    hue = models.CharField(max_length=16, choices=[(hue, hue) for hue in HUES], default="slate")
    shape = models.CharField(max_length=16, choices=[(shape, shape) for shape in SHAPES], default="circle")
    context = models.CharField(max_length=16, choices=Context, default=Context.WORK)
    kind = models.CharField(max_length=16, default="classic")
    # Newcomers read what was said before they came.
    shows_history = models.BooleanField(default=False)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One person's place in one sphere, under the name they have there. It ends; it is never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sphere = models.ForeignKey(Sphere, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=Role, default=Role.MEMBER)
    name = models.CharField(max_length=80)
    # What this member does for themself or in secret; and their row of the sphere, for home.
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "sphere"], condition=Q(ended_at=None), name="membership_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None

    def reread(self) -> Membership:
        """Give this membership as now stored; raises Http404 once it ended."""
        # Locked where the database locks rows: a removal waits for this write, or this write for it.
        return get_object_or_404(Membership.objects.with_sphere().under_lock(), pk=self.pk, ended_at=None)


class Reader(models.Model):
    """Who reads which journal: the one table that page, feed, hub, search, files and export ask."""

    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="readers")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="readers")
    # Only things that arrived after this number; 0: everything.
    since = models.BigIntegerField(default=0)
    # The number at which reading ended: nothing of the journal is read from then on, and the hub delivers
    # nothing numbered after it.
    until = models.BigIntegerField(null=True)

    objects = ReaderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "journal"], condition=Q(until=None), name="reader_one_open"),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} reads {self.journal_id}"


class Mine(Sealed):
    """What is mine about a thing (my answer, my read marker): told in my membership's journal only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=64)
    object_id = models.UUIDField()
    key = models.CharField(max_length=24)
    value = models.CharField(max_length=200)

    class Meta(Sealed.Meta):
        constraints = [
            models.UniqueConstraint(fields=["membership", "kind", "object_id", "key"], name="mine_one_each"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.membership_id}"
