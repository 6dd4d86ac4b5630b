"""What a sphere is, and who may do what in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from journal.errors import Divergence, Stale
from journal.merging import merged
from journal.models import Entry
from journal.recording import record
from journal.writing import action
from spheres import rules
from spheres.models import Membership, Sphere
from spheres.types import HALL_SETTING_NAMES, OF_ORGANISATION, settings_of, stored_setting

HALL_SETTINGS = frozenset(HALL_SETTING_NAMES)

# Called, in the same transaction, after a sphere was made or its settings changed.
on_settled: list[Callable[[Sphere], object]] = []


@action
def settle(by: Membership, *, wanted: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Change settings of the sphere (by name, as `settings_of` gives them), merged with what changed since `seen`.

    Raises Refused if `by` may not, or where what newcomers read is already fixed; Stale where both changed one.
    """
    rules.ensure_may_settle(by)
    rules.ensure_has_accepted(by)
    sphere = Sphere.objects.under_lock(by.sphere_id)
    rules.ensure_living(sphere)
    if not HALL_SETTINGS.isdisjoint(wanted):
        rules.ensure_is_of_hall(sphere)
    stands = settings_of(sphere)
    result = _merged_settings(sphere, stands, wanted, seen)
    changed = {name: value for name, value in result.items() if value != stands[name]}
    if not changed:
        return
    if "type" in changed:
        rules.ensure_may_retype(sphere)
    if "shows_history" in changed:
        rules.ensure_history_is_open(Membership.objects.ever_in(sphere).count())
    _write(sphere, changed)
    rules.ensure_fits(sphere, sphere.organisation)
    sphere.save()
    name_organisation(sphere)
    tell_members(sphere, "settled", by)
    for follow in on_settled:
        follow(sphere)


def _write(sphere: Sphere, changed: Mapping[str, str]) -> None:
    for name, value in changed.items():
        place = sphere.organisation if name in OF_ORGANISATION else sphere
        for field, stored in stored_setting(name, value).items():
            setattr(place, field, stored)


def name_organisation(hall: Sphere) -> None:
    """Let an organisation go by the name and the hue of its hall, and keep what was said there of it."""
    organisation = hall.organisation
    if not hall.is_hall or organisation is None:
        return
    organisation.name, organisation.hue = hall.name, hall.hue
    organisation.save(update_fields=["name", "hue", *OF_ORGANISATION.values()])


def tell_members(sphere: Sphere, verb: str, by: Membership) -> None:
    """Record what became of a sphere in its journal and, for their home, in each member's."""
    members = Membership.objects.in_sphere(sphere.pk).values_list("journal_id", flat=True)
    for journal_id in sorted([sphere.journal_id, *members]):
        record(journal_id, verb, sphere, actor=by.pk)


def _merged_settings(
    sphere: Sphere, stands: Mapping[str, str], wanted: Mapping[str, str], seen: Mapping[str, str]
) -> dict[str, str]:
    last = Entry.objects.current().get(journal_id=sphere.journal_id, kind="spheres.sphere", object_id=sphere.pk)
    by = (
        Membership.objects.filter(pk__in=[last.actor] if last.actor else [], ended_at=None)
        .values_list("name", flat=True)
        .first()
    )
    result: dict[str, str] = {}
    versions: dict[str, Divergence] = {}
    for name, mine in wanted.items():
        try:
            result[name] = merged(
                name, seen=seen.get(name, stands[name]), mine=mine, theirs=stands[name], by=by or "", at=last.at
            )
        except Stale as stale:
            versions |= stale.versions
    if versions:
        raise Stale(versions)
    return result
