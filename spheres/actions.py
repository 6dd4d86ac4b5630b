"""The verbs of spheres."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from journal import clock
from journal.errors import Conflict
from journal.publishing import tell_person
from journal.recording import new_journal, record
from journal.writing import action, writing
from spheres import rules
from spheres.models import Membership, Mine, Organisation, Reader, Sphere
from spheres.seal import inside

SLUG_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
SLUG_RANDOM = 5

# Features that give a new sphere something (a first conversation) are called with the founder's membership.
on_founded: list[Callable[[Membership], object]] = []


def create_organisation(name: str, *, hue: str = "slate", kind: str = "company") -> Organisation:
    """Make an organisation; only whoever has the shell does."""
    return writing(lambda: Organisation.objects.create(name=name, hue=hue, kind=kind, created_at=clock.now()))


@action
def create_sphere(
    founder: User,
    *,
    name: str,
    organisation: Organisation | None = None,
    hue: str = "slate",
    shape: str = "circle",
    context: str = "work",
    shows_history: bool = False,
    founder_name: str = "",
) -> Membership:
    """Make a sphere with its journal; the founder becomes its administrator and gets the membership."""
    journal = new_journal(scope=None)
    sphere = Sphere(
        organisation=organisation,
        name=name,
        slug=_slug(name),
        hue=hue,
        shape=shape,
        context=context,
        shows_history=shows_history,
        journal=journal,
        created_at=clock.now(),
    )
    journal.scope = sphere.pk
    journal.save(update_fields=["scope"])
    sphere.save(force_insert=True)
    record(sphere.journal_id, "founded", sphere)
    membership = _join(sphere, founder, role="administrator", name=founder_name or str(founder))
    for found in on_founded:
        with inside(sphere):
            found(membership)
    return membership


def _slug(name: str) -> str:
    random = "".join(secrets.choice(SLUG_ALPHABET) for _ in range(SLUG_RANDOM))
    return f"{slugify(name)[:40]}-{random}".lstrip("-")


@action
def admit(by: Membership, person: User, *, role: str = "member", name: str = "") -> Membership:
    """Bring `person` in as `role`, under `name`.

    Raises Refused if `by` may not, Conflict if the person is a member already.
    """
    rules.ensure_may_admit(by, role)
    if Membership.objects.in_sphere(by.sphere_id).filter(person=person).exists():
        raise Conflict(_("This person is a member already."))
    return _join(by.sphere, person, role=role, name=name or str(person))


def _join(sphere: Sphere, person: User, *, role: str, name: str) -> Membership:
    membership = Membership.objects.create(
        sphere=sphere,
        person=person,
        role=role,
        name=name,
        journal=new_journal(scope=sphere.pk),
        joined_at=clock.now(),
    )
    Reader.objects.create(journal_id=membership.journal_id, membership=membership)
    joined = record(sphere.journal_id, "joined", membership, actor=membership.pk)
    # The arrival is numbered first: whatever is said from then on is read, nothing earlier unless shown.
    since = 0 if sphere.shows_history else joined.seq - 1
    Reader.objects.create(journal_id=sphere.journal_id, membership=membership, since=since)
    record(membership.journal_id, "joined", sphere, actor=membership.pk)
    tell_person(person.pk)
    return membership


@action
def end_membership(by: Membership, membership: Membership) -> None:
    """End a membership: from the numbers given here on, it reads nothing.

    Raises Refused if `by` may not, or if nobody responsible would remain, Http404 if it ended already.
    """
    # The sphere first: of two administrators who leave at once, one is the last.
    Sphere.objects.select_for_update(no_key=True).get(pk=membership.sphere_id)
    membership = membership.reread()
    administrators = Membership.objects.in_sphere(membership.sphere_id).filter(role="administrator")
    rules.ensure_may_end(by, membership, administrators_left=administrators.exclude(pk=membership.pk).count())
    membership.ended_at = clock.now()
    membership.save(update_fields=["ended_at"])
    for reader in Reader.objects.open().filter(membership=membership).order_by("journal_id"):
        is_own = reader.journal_id == membership.journal_id
        thing = membership.sphere if is_own else membership
        entry = record(reader.journal_id, "left", thing, actor=by.pk, is_gone=True)
        reader.until = entry.seq
        reader.save(update_fields=["until"])
    if membership.person_id:
        tell_person(membership.person_id)


@action
def rename(member: Membership, *, name: str) -> None:
    """Change the name that the member has in this sphere; every row with it follows."""
    member.name = name
    member.save(update_fields=["name"])
    record(member.sphere.journal_id, "renamed", member, actor=member.pk)


@action
def mark(member: Membership, *, kind: str, object_id: UUID, key: str, value: str) -> Mine:
    """Keep something of mine about a thing; told to nobody else, not even as a number."""
    mine, is_new = Mine.objects.get_or_create(
        membership=member,
        kind=kind,
        object_id=object_id,
        key=key,
        defaults={"value": value, "sphere": member.sphere},
    )
    if is_new or mine.value != value:
        mine.value = value
        mine.save(update_fields=["value"])
        record(member.journal_id, "marked", mine)
    result: Mine = mine
    return result
