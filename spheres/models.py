"""Organisation, Sphere, Membership, Reader and Mine."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from journal import clock
from journal.ids import uuid7
from journal.models import Journal
from journal.prepared import Prepared, Slot
from spheres.querysets import TO_CHANGE_ONES_MIND, MembershipQuerySet, ReaderQuerySet, SphereQuerySet
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


# How somebody can be reached, in one sphere and nowhere else: fields of a membership.
CONTACTS = ("telephone", "email", "how_to_reach")

# No role to give: the membership without person by which everybody reads a public sphere.
EVERYBODY = "everybody"


class KnownTo(models.TextChoices):
    """Who learns that a sphere exists."""

    MEMBERS = "members", _("Its members")
    ORGANISATION = "organisation", _("The organisation")
    EVERYBODY = "everybody", _("Everybody")


class Joining(models.TextChoices):
    """Who comes in, and how."""

    INVITATION = "invitation", _("By invitation")
    VISITORS = "visitors", _("By invitation, visitors too")
    REQUEST = "request", _("By invitation or request")
    ORGANISATION = "organisation", _("Any member of the organisation, with one tap")
    AUTOMATIC = "automatic", _("All members of the organisation, by themselves")


class ReadBy(models.TextChoices):
    """Who reads what is said."""

    MEMBERS = "members", _("Its members")
    EVERYBODY = "everybody", _("Everybody, read only")


class StartedBy(models.TextChoices):
    """Who begins something: a message, later a topic."""

    MEMBERS = "members", _("Its members")
    EDITORS = "editors", _("Administrators and publishers; members comment")
    QUESTIONS = "questions", _("Members ask, others answer")


class Posts(models.TextChoices):
    """What becomes of what a former member said."""

    KEPT = "kept", _("It stays")
    LEAVING = "leaving", _("It is being removed")
    REMOVED = "removed", _("It was removed")


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
    description = models.CharField(max_length=300, blank=True)
    # The four settings that a type of sphere presets (types.py); code asks these, never the type.
    known_to = models.CharField(max_length=16, choices=KnownTo, default=KnownTo.MEMBERS)
    joining = models.CharField(max_length=16, choices=Joining, default=Joining.INVITATION)
    read_by = models.CharField(max_length=16, choices=ReadBy, default=ReadBy.MEMBERS)
    started_by = models.CharField(max_length=16, choices=StartedBy, default=StartedBy.MEMBERS)
    # Members invite visitors and guests, and visitors visitors.
    members_invite = models.BooleanField(default=False)
    # Tools that are switched off here, by name, between commas.
    without = models.CharField(max_length=200, blank=True)
    # Everybody of the organisation is in it, and whoever is responsible for it manages the organisation.
    is_hall = models.BooleanField(default=False)
    # The file, prepared, that is its logo, by id: this room knows no files.
    logo = models.UUIDField(null=True)
    # Newcomers read what was said before they came.
    shows_history = models.BooleanField(default=False)
    journal = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="+")
    # Which tells who is in it: its own journal; in a hall another one, so that a hall may list its members or not.
    roll = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="+")
    # In a hall: its members see each other on a list. If not, those who manage the organisation alone do.
    lists_members = models.BooleanField(default=True)
    # Of a hall: what the form of a new sphere of the organisation has chosen; no preset: something else.
    proposed_preset = models.CharField(max_length=16, blank=True)
    proposed_type = models.CharField(max_length=16, default="classic")
    proposed_history = models.BooleanField(default=False)
    proposed_charter = models.BooleanField(default=False)
    proposed_without = models.CharField(max_length=200, blank=True)
    # What only those responsible for the sphere read.
    desk = models.OneToOneField(Journal, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    # Since then it is read, and nothing is written in it.
    archived_at = models.DateTimeField(null=True)
    # Since then it is closed to everybody; a week later it is erased.
    deleted_at = models.DateTimeField(null=True)

    # When the site last began to ask itself what a stranger sees of it; who waits longest is next.
    asked_at = models.DateTimeField(null=True)

    objects = SphereQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(is_hall=True), name="sphere_one_hall"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """Say whether it is "archived" or "deleted"; nothing while people live in it."""
        if self.deleted_at:
            return "deleted"
        return "archived" if self.archived_at else ""

    def has_tool(self, name: str) -> bool:
        """Whether a tool is switched on; what is no tool always is."""
        return not name or name not in self.without.split(",")

    @property
    def has_own_roll(self) -> bool:
        """Whether who is in it is told apart from what everybody in it reads."""
        return self.roll_id != self.journal_id

    @property
    def is_living(self) -> bool:
        """Whether people write in it and come in."""
        return not self.state

    @property
    def erased_at(self) -> datetime | None:
        """Give the moment from which on a deleted sphere is erased."""
        return self.deleted_at and self.deleted_at + TO_CHANGE_ONES_MIND


class Membership(models.Model):
    """One person's place in one sphere, under the name they have there. It ends, and goes only with the sphere."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sphere = models.ForeignKey(Sphere, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=Role, default=Role.MEMBER)
    name = models.CharField(max_length=80)
    # What they are or do here, in their own words.
    title = models.CharField(max_length=80, blank=True)
    # How they are reached, as they say it here: nothing of it is their account's, and nothing outlives their place.
    telephone = models.CharField(max_length=32, blank=True)
    email = models.EmailField(blank=True)
    how_to_reach = models.CharField(max_length=120, blank=True)
    # The file, prepared, that is their photo here.
    photo = models.UUIDField(null=True)
    # Came in because they manage the organisation: everybody in the sphere sees it.
    is_manager = models.BooleanField(default=False)
    # Where everybody reads, they do so with this name.
    is_named = models.BooleanField(default=False)
    # Begins things where only those responsible and the publishers do: a group of theirs may.
    begins = models.BooleanField(default=False)
    # Until they accept the charter of the sphere they read nothing in it.
    owes_charter = models.BooleanField(default=False)
    # What becomes of what they said, once they have left.
    posts = models.CharField(max_length=8, choices=Posts, default=Posts.KEPT)
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
            models.UniqueConstraint(
                fields=["sphere"], condition=Q(role=EVERYBODY), name="membership_one_for_everybody"
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
        found = _standing.first(pk=self.pk)
        if found is None:
            raise Http404
        return found


_standing = Prepared(
    lambda: Membership.objects.with_sphere().under_lock().filter(pk=Slot("pk", models.UUIDField()), ended_at=None)
)


class Reader(models.Model):
    """Who reads which journal: the one table that page, feed, hub, search, files and export ask."""

    journal = models.ForeignKey(Journal, on_delete=models.CASCADE, related_name="readers")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="readers")
    # Only things that arrived after this number; 0: everything.
    since = models.BigIntegerField(default=0)
    # The number at which reading ended: nothing of the journal is read from then on, and the hub delivers
    # nothing numbered after it.
    until = models.BigIntegerField(null=True)
    # Ended for as long as the charter is not accepted; then another one goes on from the same `since`.
    is_held = models.BooleanField(default=False)

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
