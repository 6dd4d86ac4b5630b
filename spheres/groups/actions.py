"""The verbs of groups."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from journal import clock
from journal.errors import Conflict
from journal.recording import record
from journal.writing import action
from spheres.actions import erase_some_of, tell_member
from spheres.groups import rules
from spheres.groups.models import Group, Place
from spheres.models import Membership, Sphere
from spheres.seal import inside


@action
def make_group(by: Membership, *, id: UUID, name: str, begins: bool = False, members: Collection[UUID] = ()) -> Group:
    """Put some members under one name; whoever is no member (any more) is left out.

    Raises Refused if `by` may not, Conflict if a group has the name or `id` is taken.
    """
    sphere = _under_lock(by)
    if Group.objects.filter(pk=id).exists():
        raise Conflict(_("This group was already made."), field="id")
    _ensure_is_free(name)
    group = Group(id=id, sphere=sphere, name=name, begins=begins, created_at=clock.now())
    group.save(force_insert=True)
    record(sphere.roll_id, "gathered", group, actor=by.pk)
    _bring_in(group, members, by)
    return group


@action
def change_group(
    by: Membership,
    group: Group,
    *,
    members: Collection[UUID],
    seen: Collection[UUID],
    name: str | None = None,
    begins: bool | None = None,
) -> None:
    """Change what a group is called, what it may and who is in it: whoever `by` took out of or added to those `seen`.

    What is None stays as it is.

    Raises Refused if `by` may not, Conflict if another group has the name, Http404 if it was ended.
    """
    sphere = _under_lock(by)
    group = _standing(group)
    name, begins = group.name if name is None else name, group.begins if begins is None else begins
    if name != group.name:
        _ensure_is_free(name, group)
    if (group.name, group.begins) != (name, begins):
        was, group.name, group.begins = group.begins, name, begins
        group.save(update_fields=["name", "begins"])
        record(sphere.roll_id, "changed", group, actor=by.pk)
        if was != begins:
            _let_begin([place.membership for place in Place.objects.whole().filter(group=group)], by)
    gone = set(seen) - set(members)
    _take_out(list(Place.objects.whole().filter(group=group, membership__in=gone)), by)
    _bring_in(group, set(members) - set(seen), by)


@action
def end_group(by: Membership, group: Group) -> None:
    """End a group; its people stay in the sphere. Raises Refused if `by` may not, Http404 if it was ended."""
    sphere = _under_lock(by)
    group = _standing(group)
    _take_out(list(Place.objects.whole().filter(group=group)), by)
    group.ended_at = clock.now()
    group.save(update_fields=["ended_at"])
    record(sphere.roll_id, "ended", group, actor=by.pk, is_gone=True)


def _under_lock(by: Membership) -> Sphere:
    # Of two who change groups at once, one comes after and judges what the other made of them.
    by.sphere = Sphere.objects.under_lock(by.sphere_id)
    rules.ensure_may_gather(by)
    return by.sphere


def _standing(group: Group) -> Group:
    found: Group | None = Group.objects.under_lock(group.pk)
    if found is None:
        raise Http404
    return found


def _ensure_is_free(name: str, of: Group | None = None) -> None:
    others = Group.objects.standing().exclude(pk=of.pk if of else None)
    # SQLite knows no capitals with accents.
    if name.casefold() in {other.casefold() for other in others.values_list("name", flat=True)}:
        raise Conflict(_("There is a group of this name already."), field="name")


def _bring_in(group: Group, members: Collection[UUID], by: Membership) -> None:
    present = Place.objects.filter(group=group).values("membership")
    found = Membership.objects.in_sphere(group.sphere_id).filter(pk__in=members).exclude(pk__in=present)
    for member in found.with_sphere().order_by("pk"):
        place = Place(sphere=group.sphere, group=group, membership=member)
        place.save(force_insert=True)
        record(group.sphere.roll_id, "placed", place, actor=by.pk)
        _let_begin([member], by)


def _take_out(places: list[Place], by: Membership) -> None:
    for place in places:
        record(place.sphere.roll_id, "taken out", place, actor=by.pk, is_gone=True)
        place.delete()
        _let_begin([place.membership], by)


def _let_begin(members: list[Membership], by: Membership) -> None:
    """Keep on each membership whether a group of theirs lets them begin things."""
    for member in members:
        begins = Place.objects.of(member).filter(group__begins=True).exists()
        if member.begins == begins:
            continue
        member.begins = begins
        member.save(update_fields=["begins"])
        tell_member(member, "let", actor=by.pk)


def leave_groups(former: Membership, by: UUID) -> None:
    """Take whoever leaves the sphere out of its groups."""
    with inside(former.sphere):
        for place in Place.objects.of(former):
            record(former.sphere.roll_id, "taken out", place, actor=by, is_gone=True)
            place.delete()


def erase_some(sphere: Sphere, limit: int) -> int:
    """Erase at most `limit` rows of a sphere that is erased."""
    return erase_some_of(Place.objects.filter(sphere=sphere), limit) or erase_some_of(
        Group.objects.filter(sphere=sphere), limit
    )
