"""Making organisations and spheres."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from uuid import UUID

from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from journal import clock
from journal.errors import Conflict
from journal.ids import uuid7
from journal.recording import new_journal, record
from journal.writing import action, writing
from spheres import rules
from spheres.actions.belonging import join
from spheres.actions.settling import on_settled
from spheres.models import Membership, Organisation, Sphere
from spheres.seal import inside
from spheres.types import DEFAULT, TYPES

SLUG_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
SLUG_RANDOM = 5

# Features that give a new sphere something (a first conversation) are called with the founder's membership.
on_founded: list[Callable[[Membership], object]] = []
# Whoever keeps charters is called with the founder's membership and the text of one, where there is one from the start.
on_chartered: list[Callable[[Membership, str], object]] = []


def create_organisation(name: str, *, hue: str = "slate", kind: str = "company") -> Organisation:
    """Make an organisation; only whoever has the shell does."""
    return writing(lambda: Organisation.objects.create(name=name, hue=hue, kind=kind, created_at=clock.now()))


@action
def create_sphere(
    founder: User,
    *,
    name: str,
    id: UUID | None = None,
    organisation: Organisation | None = None,
    hue: str = "slate",
    shape: str = "circle",
    context: str = "work",
    type: str = DEFAULT,
    is_hall: bool = False,
    lists_members: bool = True,
    proposed_preset: str = "",
    without: str = "",
    shows_history: bool = False,
    founder_name: str = "",
    charter: str = "",
) -> Membership:
    """Make a sphere of a type with its journal; the founder becomes its administrator and gets the membership.

    `charter` is what those who come are to agree to, `without` names tools that are switched off, between commas.

    Raises Refused where the type needs an organisation and none is given, Conflict if `id` is taken.
    """
    rules.ensure_fits(TYPES[type], organisation)
    if id and Sphere.objects.filter(pk=id).exists():
        raise Conflict(_("This sphere was already made."), field="id")
    journal = new_journal(scope=None)
    sphere = Sphere(
        id=id or uuid7(),
        organisation=organisation,
        name=name,
        slug=_slug(name),
        hue=hue,
        shape=shape,
        context=context,
        shows_history=shows_history,
        **TYPES[type].settings,
        is_hall=is_hall,
        lists_members=lists_members,
        proposed_preset=proposed_preset,
        without=without,
        journal=journal,
        created_at=clock.now(),
    )
    sphere.desk = new_journal(scope=sphere.pk)
    sphere.roll = new_journal(scope=sphere.pk) if is_hall else journal
    journal.scope = sphere.pk
    journal.save(update_fields=["scope"])
    sphere.save(force_insert=True)
    record(sphere.journal_id, "founded", sphere)
    membership = join(sphere, founder, role="administrator", name=founder_name or str(founder))
    for found in on_founded:
        with inside(sphere):
            found(membership)
    if charter:
        for chartered in on_chartered:
            with inside(sphere):
                chartered(membership, charter)
    for settled in on_settled:
        settled(sphere)
    return membership


def _slug(name: str) -> str:
    random = "".join(secrets.choice(SLUG_ALPHABET) for _ in range(SLUG_RANDOM))
    return f"{slugify(name)[:40]}-{random}".lstrip("-")
