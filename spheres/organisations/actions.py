"""The verbs of organisations, and what follows from people who come and go."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from accounts.models import User
from journal.recording import record
from journal.writing import action, writing
from spheres.actions import (
    assign,
    create_organisation,
    create_sphere,
    end,
    give_roll,
    join,
    mark,
    name_organisation,
    tell_member,
)
from spheres.models import Joining, KnownTo, Membership, Mine, Posts, Sphere
from spheres.organisations import rules
from spheres.organisations.models import Holding, Offer
from spheres.presets import proposed
from spheres.querysets import was_removed
from spheres.rules import RANKS
from spheres.seal import across_all_spheres, inside
from spheres.waking import wake_later

AT_ONCE = 20
# Of which kinds organisations begin without a list of their members: a school's are children, and their parents.
LIST_NOBODY = frozenset({"school"})


def found_organisation(
    founder: User, *, name: str, hue: str = "slate", kind: str = "company", **sphere: Any
) -> Membership:
    """Make an organisation with its hall, which `founder` is responsible for; only whoever has the shell does.

    `sphere` is what `create_sphere` takes besides.
    """

    def body() -> Membership:
        organisation = create_organisation(name, hue=hue, kind=kind)
        hall = {"organisation": organisation, "name": name, "hue": hue, "type": "global", "is_hall": True}
        beginning: dict[str, Any] = {"lists_members": kind not in LIST_NOBODY, "proposed_preset": proposed(kind)[0][0]}
        return create_sphere(founder, **(beginning | sphere | hall))

    return writing(body)


@action
def found_sphere(manager: Membership, /, **sphere: Any) -> Membership:
    """Make a sphere of the organisation; `sphere` is what `create_sphere` takes.

    Raises Refused unless the manager, in the hall, may; Conflict as `create_sphere` does.
    """
    rules.ensure_may_found(manager)
    assert manager.person is not None
    name = sphere.pop("founder_name", "") or manager.name
    if sphere.get("without") is None:  # a page of before did not ask
        sphere["without"] = manager.sphere.proposed_without
    return create_sphere(manager.person, organisation=manager.sphere.organisation, founder_name=name, **sphere)


@action
def enter(member: Membership, offered: Offer) -> Membership:
    """Come into a sphere that the organisation offers; who is in it already stays as they are.

    Raises Refused where somebody has to invite the member.
    """
    rules.ensure_may_enter(member, offered.offered)
    assert member.person is not None
    present = Membership.objects.of(member.person).filter(sphere=offered.offered_id).first()
    if present is None:
        rules.ensure_was_not_removed(is_removed=was_removed(member.person, offered.offered_id))
    return present or join(offered.offered, member.person, role="member", name=member.name)


@action
def visit(manager: Membership, holding: Holding) -> Membership:
    """Come into a sphere of the organisation uninvited, as a member whom everybody there sees to be its manager.

    Whoever is in already stays as they are. Raises Refused if `manager` may not.
    """
    sphere = holding.held
    rules.ensure_may_visit(manager, sphere)
    assert manager.person is not None
    present = Membership.objects.of(manager.person).filter(sphere=sphere).first()
    return present or join(sphere, manager.person, role="member", name=manager.name, is_manager=True)


@action
def appoint(manager: Membership, holding: Holding, appointed: Membership) -> Membership:
    """Make somebody of the organisation responsible for a sphere of it; who is so already stays so.

    Raises Refused if `manager` may not.
    """
    sphere = holding.held
    rules.ensure_may_appoint(manager, sphere, appointed)
    assert appointed.person is not None
    present = Membership.objects.of(appointed.person).filter(sphere=sphere).first()
    if present is None:
        return join(sphere, appointed.person, role="administrator", name=appointed.name)
    if present.role != "administrator":
        assign(present, "administrator", manager.pk)
    return present


def hold(sphere: Sphere) -> None:
    """Tell those who manage the organisation how a sphere of it is called, and how large it is."""
    hall = _hall(sphere)
    if hall is None or sphere.is_hall:
        return
    with inside(hall):
        holding, _is_new = Holding.objects.get_or_create(held=sphere, defaults={"sphere": hall})
        record(hall.desk_id, "held", holding)


def erase_some(sphere: Sphere, limit: int) -> int:
    """Take a sphere that is erased from what the managers see."""

    def body() -> int:
        hall = _hall(sphere)
        if hall is None:
            return 0
        with inside(hall):
            holdings = list(Holding.objects.filter(held=sphere))
            for holding in holdings:
                record(hall.desk_id, "erased", holding, is_gone=True)
                holding.delete()
            # Withdrawn when the sphere was deleted.
            for offered in Offer.objects.filter(offered=sphere):
                Mine.objects.filter(object_id=offered.pk).delete()
                offered.delete()
        return len(holdings)

    return writing(body)


def belong(newcomer: Membership) -> None:
    """Bring whoever came into a sphere of an organisation into its hall, unless they only visit."""
    if newcomer.sphere.is_hall:
        if Sphere.objects.of_everybody().filter(organisation=newcomer.sphere.organisation_id).exists():
            wake_later("spheres.organisations.tasks.bring_everybody_in")
        return
    hold(newcomer.sphere)
    join_the_hall(newcomer)


def join_the_hall(member: Membership) -> None:
    """Bring a member of a sphere into its organisation's hall, unless they only visit, or are there already."""
    hall = _hall(member.sphere)
    if hall is None or member.sphere.is_hall or member.person is None:
        return
    here = Membership.objects.of(member.person).filter(sphere=hall).first()
    if here is None and RANKS[member.role] >= RANKS["member"]:
        here = join(hall, member.person, role="member", name=member.name)
    if here is not None:
        _tell(here, member.sphere, is_in=True)


def relieve(member: Membership) -> None:
    """Take from whoever manages the organisation no longer the badge of its manager, wherever they wear it."""
    if member.sphere.is_hall:
        _relieve(member.sphere)


def _relieve(hall: Sphere) -> None:
    for badged in Membership.objects.badged_without_managing(hall).order_by("sphere__journal_id", "pk"):
        badged.is_manager = False
        badged.save(update_fields=["is_manager"])
        tell_member(badged, "relieved")


def part(former: Membership, by: UUID) -> None:
    """End what somebody who leaves the hall has in the organisation's other spheres: theirs outside it go on."""
    hold(former.sphere)
    hall, person = _hall(former.sphere), former.person
    if hall is None or person is None:
        return
    if former.sphere.is_hall:
        others = Membership.objects.of(person).filter(sphere__organisation=former.sphere.organisation_id)
        keeps_posts = former.posts == Posts.KEPT
        for other in others.order_by("sphere_id"):
            # Whoever left by themself was removed from nothing.
            end(other, other.pk if by == former.pk else by, keeps_posts=keeps_posts)
            _ensure_somebody_responsible(other.sphere, hall)
    elif here := Membership.objects.of(person).filter(sphere=hall).first():
        _tell(here, former.sphere, is_in=False)


def _ensure_somebody_responsible(sphere: Sphere, hall: Sphere) -> None:
    """Let whoever stands highest, and has been there longest, take over where nobody responsible is left.

    Where only visitors are left, whoever manages the organisation does, seen by everybody.
    """
    left = list(Membership.objects.in_sphere(sphere.pk).belonging().with_sphere().order_by("joined_at", "pk"))
    if any(member.role == "administrator" for member in left):
        return
    if left:
        assign(max(left, key=lambda member: RANKS[member.role]), "administrator", None)
        return
    managers = Membership.objects.managing(hall).select_related("person")
    for manager in managers.order_by("joined_at", "pk")[:1]:
        assert manager.person is not None
        join(sphere, manager.person, role="administrator", name=manager.name, is_manager=True)


def offer(sphere: Sphere) -> None:
    """Keep the offer of a sphere as its settings say, and bring everybody into one that is of everybody."""
    hall = _hall(sphere)
    if hall is None or sphere.is_hall:
        return
    _keep_offer(sphere, hall)
    if sphere.joining == Joining.AUTOMATIC and sphere.is_living:
        wake_later("spheres.organisations.tasks.bring_everybody_in")


def _keep_offer(sphere: Sphere, hall: Sphere) -> None:
    is_known = sphere.known_to != KnownTo.MEMBERS and sphere.deleted_at is None
    with inside(hall):
        offered, is_new = Offer.objects.filter(offered=sphere).first(), False
        if offered is None and is_known:  # another machine that starts with this one may offer it at once
            offered, is_new = Offer.objects.get_or_create(offered=sphere, defaults={"sphere": hall})
        if offered is not None:
            record(hall.journal_id, "offered" if is_known else "withdrawn", offered, is_gone=not is_known)
        if is_known and is_new:  # from then on each of them is told who comes and who goes
            for here in Membership.objects.in_sphere(hall.pk).also_in(sphere).with_sphere().order_by("pk"):
                _tell(here, sphere, is_in=True)


def catch_up() -> None:
    """Tell halls of the spheres that were there before halls were told of any, take badges off, give rolls and names.

    For a site that is upgraded; where nothing is missing, nothing is written, and however many halls there are, it is
    found out by five queries.
    """
    with across_all_spheres("what halls were told is compared with the spheres there are"):
        unheld = list(Sphere.objects.below_a_hall().exclude(pk__in=Holding.objects.values("held")))
        known = Sphere.objects.below_a_hall().known_beyond_their_members()
        unoffered = list(known.exclude(pk__in=Offer.objects.values("offered")))
        halls = list(Sphere.objects.with_badges_in_vain())
        renamed = list(Sphere.objects.of_another_name_than_their_organisation())
    for bare in Sphere.objects.without_a_roll():
        writing(partial(give_roll, bare))
    for sphere in unheld:
        writing(partial(hold, sphere))
    for sphere in unoffered:
        hall = _hall(sphere)
        assert hall is not None
        writing(partial(_keep_offer, sphere, hall))
    for hall in halls:
        writing(partial(_relieve, hall))
    for hall in renamed:
        writing(partial(name_organisation, hall))


def bring_in(sphere: Sphere) -> int:
    """Bring in at most a few people of the hall who were never in this sphere of everybody; give how many."""

    def body() -> int:
        hall = _hall(sphere)
        if hall is None:
            return 0
        members = Membership.objects.in_sphere(hall.pk).belonging().missing_in(sphere).select_related("person")
        for member in (missing := list(members.order_by("pk")[:AT_ONCE])):
            assert member.person is not None
            join(sphere, member.person, role="member", name=member.name)
        return len(missing)

    return writing(body)


def _hall(sphere: Sphere) -> Sphere | None:
    if sphere.organisation_id is None:
        return None
    return Sphere.objects.filter(organisation=sphere.organisation_id, is_hall=True).first()


def _tell(here: Membership, sphere: Sphere, *, is_in: bool) -> None:
    # Whether I am in a sphere that is on offer is mine to see, and nobody else's.
    with inside(here.sphere):
        offered = Offer.objects.filter(offered=sphere).first()
        if offered is not None:
            mark(here, kind="organisations.offer", object_id=offered.pk, key="in", value="yes" if is_in else "no")
