"""Coming into a sphere, being somebody there, and leaving it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from journal import clock
from journal.errors import Conflict
from journal.models import Entry, Journal
from journal.publishing import tell_person
from journal.recording import new_journal, record
from journal.writing import action, writing
from spheres import rules
from spheres.actions.listing import keep_roll_of
from spheres.models import CONTACTS, Membership, Posts, Reader, Sphere
from spheres.seal import inside
from spheres.waking import wake_later

# Called, in the same transaction, after somebody came, got another role, or went.
on_joined: list[Callable[[Membership], object]] = []
on_assigned: list[Callable[[Membership], object]] = []
on_ended: list[Callable[[Membership, UUID], object]] = []
# Each feature removes at most so many posts of a former member, and says how many it did.
posts_removers: list[Callable[[Membership, int], int]] = []
POSTS_AT_ONCE = 50


@action
def admit(by: Membership, person: User, *, role: str = "member", name: str = "") -> Membership:
    """Bring `person` in as `role`, under `name`.

    Raises Refused if `by` may not, Conflict if the person is a member already.
    """
    rules.ensure_may_admit(by, role)
    if Membership.objects.in_sphere(by.sphere_id).filter(person=person).exists():
        raise Conflict(_("This person is a member already."))
    return join(by.sphere, person, role=role, name=name or str(person))


def join(sphere: Sphere, person: User, *, role: str, name: str, is_manager: bool = False) -> Membership:
    """Give a person their place, within an action that asked whether they may have it.

    Raises Refused where a direct link, which is for one sphere, would open a second one, and where the sphere was
    deleted meanwhile.
    """
    sphere = Sphere.objects.under_lock(sphere.pk)
    rules.ensure_there(sphere)
    rules.ensure_may_join(person, 0 if person.has_own_way else Membership.objects.of(person).count())
    membership = Membership.objects.create(
        sphere=sphere,
        person=person,
        role=role,
        name=name,
        is_manager=is_manager,
        journal=new_journal(scope=sphere.pk),
        joined_at=clock.now(),
    )
    Reader.objects.create(journal_id=membership.journal_id, membership=membership)
    # The arrival is numbered first: whatever is said from then on is read, nothing earlier unless shown.
    tell_member(membership, "joined", actor=membership.pk)
    since = 0 if sphere.shows_history else _before_arrival(sphere)
    Reader.objects.create(journal_id=sphere.journal_id, membership=membership, since=since)
    if sphere.has_own_roll and rules.sees_members(membership):
        Reader.objects.create(journal_id=sphere.roll_id, membership=membership)
    if role == "administrator":
        Reader.objects.create(journal_id=sphere.desk_id, membership=membership)
    record(membership.journal_id, "joined", sphere, actor=membership.pk)
    tell_person(person.pk)
    for joined_by in on_joined:
        joined_by(membership)
    return membership


def _before_arrival(sphere: Sphere) -> int:
    last = Journal.objects.get(pk=sphere.journal_id).last_seq
    return last if sphere.has_own_roll else last - 1


def tell_member(
    member: Membership, verb: str, *, actor: UUID | None = None, also: Iterable[tuple[UUID, Sphere]] = ()
) -> Entry:
    """Record what became of a member where the sphere tells who is in it, and give that entry.

    Where not everybody reads that, it is told in the member's own journal too. `also` are journals in which the sphere
    is told again. Within an action: all of them are written in their order.
    """
    sphere = member.sphere
    news: list[tuple[UUID, Membership | Sphere]] = [(sphere.roll_id, member), *also]
    if sphere.has_own_roll:
        news.append((member.journal_id, member))
    told = [record(journal_id, verb, thing, actor=actor) for journal_id, thing in sorted(news, key=lambda one: one[0])]
    return next(entry for entry in told if entry.journal_id == sphere.roll_id)


@action
def end_membership(by: Membership, membership: Membership, *, keeps_posts: bool = True) -> None:
    """End a membership: from the numbers given here on, it reads nothing. What it said stays, or is removed soon after.

    Raises Refused if `by` may not, or if nobody responsible would remain, Http404 if it ended already.
    """
    membership = under_lock(membership)
    rules.ensure_may_end(by, membership, administrators_left=administrators_without(membership))
    end(membership, by.pk, keeps_posts=keeps_posts)


def end(membership: Membership, by: UUID, *, keeps_posts: bool = True) -> None:
    """End a membership, within an action that asked whether it may be."""
    membership.ended_at = clock.now()
    membership.posts = Posts.KEPT if keeps_posts else Posts.LEAVING
    for contact in CONTACTS:
        setattr(membership, contact, "")
    membership.save(update_fields=["ended_at", "posts", *CONTACTS])
    readers = {reader.journal_id: reader for reader in Reader.objects.open_or_held().filter(membership=membership)}
    # Others read on the roll who goes, whether whoever goes did or not.
    for journal_id in sorted({membership.sphere.roll_id, *readers}):
        _stop_reading(journal_id, readers.get(journal_id), membership, by)
    _forget_name(membership.sphere.desk_id)
    if membership.person_id:
        tell_person(membership.person_id)
    if not keeps_posts:
        wake_later("spheres.tasks.remove_posts")
    for ended in on_ended:
        ended(membership, by)


def _stop_reading(journal_id: UUID, reader: Reader | None, membership: Membership, by: UUID | None) -> None:
    is_own = journal_id == membership.journal_id
    thing = membership.sphere if is_own else membership
    entry = record(journal_id, "left", thing, actor=by, is_gone=True)
    if reader is not None:
        reader.until, reader.is_held = entry.seq, False
        reader.save(update_fields=["until", "is_held"])
    _forget_name(journal_id)


def _forget_name(journal_id: UUID) -> None:
    # Whoever reads on finds no name of theirs in what is rendered from now on.
    Journal.objects.filter(pk=journal_id).update(departures=F("departures") + 1)


def remove_posts(membership: Membership) -> None:
    """Remove what a former member said, a few at a time so that others write meanwhile; may be called again."""
    with inside(membership.sphere):
        for remove in posts_removers:
            while remove(membership, POSTS_AT_ONCE):
                pass
    writing(lambda: Membership.objects.filter(pk=membership.pk).update(posts=Posts.REMOVED))


@action
def give_role(by: Membership, membership: Membership, *, role: str) -> None:
    """Make a member something else in the sphere.

    Raises Refused if `by` may not, or if nobody responsible would remain, Http404 if it ended.
    """
    membership = under_lock(membership)
    rules.ensure_there(membership.sphere)
    rules.ensure_may_give(by, membership, role, administrators_left=administrators_without(membership))
    if membership.role != role:
        assign(membership, role, by.pk)


def assign(membership: Membership, role: str, by: UUID | None) -> None:
    """Give a member another role, within an action that asked whether they may have it."""
    was, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    sphere = membership.sphere
    told = tell_member(membership, "role", actor=by, also=[(membership.journal_id, sphere)])
    keep_roll_of(membership, told)
    if role == "administrator":
        Reader.objects.create(journal_id=sphere.desk_id, membership=membership)
    elif was == "administrator":
        reader = Reader.objects.open_or_held().get(journal_id=sphere.desk_id, membership=membership)
        _stop_reading(sphere.desk_id, reader, membership, by)
    if membership.person_id:
        tell_person(membership.person_id)
    for assigned in on_assigned:
        assigned(membership)


def under_lock(membership: Membership) -> Membership:
    """Give a membership as now stored, and hold its sphere until the commit; raises Http404 once it ended."""
    # The sphere first: of two administrators who leave at once, one is the last.
    Sphere.objects.under_lock(membership.sphere_id)
    return membership.reread()


def administrators_without(membership: Membership) -> int:
    """Count those responsible for its sphere beside a membership."""
    administrators = Membership.objects.in_sphere(membership.sphere_id).filter(role="administrator")
    return administrators.exclude(pk=membership.pk).count()


@action
def present(
    member: Membership,
    *,
    name: str | None = None,
    title: str | None = None,
    is_named: bool | None = None,
    telephone: str | None = None,
    email: str | None = None,
    how_to_reach: str | None = None,
) -> None:
    """Change what the member is called in this sphere and how they are reached; every row with the name follows.

    `is_named` says whether everybody who reads a public sphere sees the name. What is None stays as it was.
    """
    said = {"name": name, "title": title, "is_named": is_named}
    said |= {"telephone": telephone, "email": email, "how_to_reach": how_to_reach}
    changed = {field: value for field, value in said.items() if value not in (None, getattr(member, field))}
    if not changed:
        return
    for field, value in changed.items():
        setattr(member, field, value)
    member.save(update_fields=[*changed])
    tell_member(member, "presented", actor=member.pk)
