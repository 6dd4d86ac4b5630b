"""The reads of reports: which spheres are due, and what somebody may hold of a sphere who was never in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import CharField, F, Model, OuterRef, Q, QuerySet, Subquery, TextField
from django.utils import timezone

from journal import clock, kinds
from journal.models import Entry, Journal
from spheres.guests.models import Browser
from spheres.models import Membership, Sphere
from spheres.seal import inside, is_anchored

REPORT = "reports.report"
LEAKED, OUTDATED = "leaked", "outdated"
# So long is a report of a sphere believed in which nothing happens: the site around it changes too.
BELIEVED = timedelta(days=7)
# And so long one may take to be made anew before it says of itself that it is old.
LATE = timedelta(days=2)


def today() -> datetime:
    """Give the moment at which this day began, where the site is."""
    return timezone.localtime(clock.now(), timezone.get_default_timezone()).replace(
        hour=0, minute=0, second=0, microsecond=0
    )


def due() -> QuerySet[Sphere]:
    """Give the spheres to ask about, whoever waits longest first: where asking failed, that was a try too.

    Each once a day at most, and only where something happened since, a leak is to be closed, or a week is over. Told by
    the entry of the report, which is the last thing that a run records: no sphere is opened to find out.
    """
    has_reason = Q(journal__last_seq__gt=F("checked_seq")) | Q(verdict__in=[LEAKED, OUTDATED])
    is_old = Q(checked_at__lt=clock.now() - BELIEVED)
    return (
        _checked()
        .filter(Q(checked_at=None) | Q(checked_at__lt=today()) & (has_reason | is_old))
        .order_by(F("asked_at").asc(nulls_first=True), F("checked_at").asc(nulls_first=True), "pk")
    )


def believed_since() -> datetime:
    """Give the moment since which a report was made that is not too old to be believed."""
    return clock.now() - BELIEVED - LATE


def outdated() -> QuerySet[Sphere]:
    """Give the spheres whose report is older than it may be believed, and does not say so yet."""
    return _checked().filter(checked_at__lt=believed_since()).exclude(verdict=OUTDATED).order_by("pk")


def _checked() -> QuerySet[Any]:
    last = Entry.objects.current().filter(journal=OuterRef("journal_id"), kind=REPORT)
    return Sphere.objects.filter(deleted_at=None).annotate(
        checked_at=Subquery(last.values("at")[:1]),
        checked_seq=Subquery(last.values("seq")[:1]),
        verdict=Subquery(last.values("verb")[:1]),
    )


def things_of(sphere: Sphere, nouns: Iterable[str]) -> dict[str, UUID]:
    """Give the newest thing of each noun in the sphere, as somebody with a copied link would name it."""
    found = {}
    for noun in nouns:
        newest = _newest_browser(sphere) if noun == "browser" else _newest(sphere, noun)
        if newest is not None:
            found[noun] = newest
    return found


def _newest(sphere: Sphere, noun: str) -> UUID | None:
    of_noun = [kind for kind in kinds.kinds() if kind.partition(".")[2] == noun]
    entries = Entry.objects.current().filter(journal__scope=sphere.pk, kind__in=of_noun, is_gone=False)
    return entries.order_by("-at").values_list("object_id", flat=True).first()


def _newest_browser(sphere: Sphere) -> UUID | None:
    browsers = Browser.objects.present().filter(key__sphere=sphere)
    return browsers.order_by("-came_at").values_list("pk", flat=True).first()


def journals_of(sphere: Sphere) -> list[Journal]:
    """Give the journals that everybody in the sphere, or those responsible alone, read."""
    return list(Journal.objects.filter(pk__in=[sphere.journal_id, sphere.roll_id, sphere.desk_id]))


def public_of(things: Iterable[UUID]) -> set[UUID]:
    """Keep the ids of things that everybody sees in a public sphere."""
    public = [name for name, kind in kinds.kinds().items() if kind.is_public]
    return set(Entry.objects.filter(object_id__in=[*things], kind__in=public).values_list("object_id", flat=True))


def texts_of(model: type[Model]) -> list[str]:
    """Name the fields of `model` in which somebody writes: no choices, and no key."""
    fields = [field for field in model._meta.local_fields if isinstance(field, CharField | TextField)]
    return [field.name for field in fields if not field.choices and not field.primary_key]


def written_in_spheres() -> list[type[Model]]:
    """Give the models with words whose rows belong to a sphere, but for its members."""
    models = [model for model in apps.get_models() if is_anchored(model) and model is not Membership]
    return [model for model in models if texts_of(model)]


def words_in(sphere: Sphere, limit: int) -> set[str]:
    """Give what the sphere and its people are called and how they are reached, and the newest words of each model."""
    people = Membership.objects.ever_in(sphere)
    rows = [(sphere.name, sphere.description), *people.values_list(*texts_of(Membership))]
    with inside(sphere):
        for model in written_in_spheres():
            newest = model._default_manager.filter(sphere=sphere).order_by("-pk")
            rows += newest.values_list(*texts_of(model))[:limit]
    return {word for row in rows for word in row}
