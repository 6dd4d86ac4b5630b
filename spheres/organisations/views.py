"""The pages and commands of organisations, in their hall."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_noop

from journal.commands import accepts
from journal.forms import cleaned
from spheres.middleware import MemberRequest
from spheres.models import Membership
from spheres.organisations import actions
from spheres.organisations.forms import AppointmentForm, OrganisationSphereForm
from spheres.organisations.models import Holding, Offer
from spheres.pages import EVERYBODY, Many, One, Page, is_responsible


def is_in_hall(member: Membership) -> bool:
    """Whether it is the hall that somebody is a member of: elsewhere its pages are nothing."""
    return member.sphere.is_hall


def manages(member: Membership) -> bool:
    """Whether a member manages the organisation."""
    return member.sphere.is_hall and is_responsible(member)


offers = Page(
    "organisations/offers.html",
    heading=One("spheres.sphere"),
    kept_by=is_in_hall,
    offers=Many("organisations.offer", order="asc", window=EVERYBODY),
)


def of_organisation(membership: Membership) -> dict[str, object]:
    """Say of which kind the organisation is, and what it proposes for a new sphere."""
    hall = membership.sphere
    proposed = {name: getattr(hall, f"proposed_{name}") for name in ("preset", "type", "history", "charter", "without")}
    return {"kind": hall.organisation.kind if hall.organisation else "", "proposed": proposed}


founding_page = Page(
    "organisations/founding.html",
    of_sphere=of_organisation,
    kept_by=manages,
    heading=One("spheres.sphere"),
    constants={"first_look": {"hue": "blue", "shape": "circle"}},
)
holdings = Page(
    "organisations/holdings.html",
    heading=One("spheres.sphere"),
    kept_by=manages,
    holdings=Many("organisations.holding", order="asc", window=EVERYBODY),
)
ONLINE_ONLY = gettext_noop("Who may be chosen is asked of the site: this needs the network.")


@accepts("organisations.visit.1")
def visit(request: MemberRequest, holding_id: UUID) -> HttpResponse:
    """Come into a sphere of the organisation uninvited, seen by everybody there."""
    membership = actions.visit(request.membership, _holding(request, holding_id))
    return redirect("spheres:sphere", membership.sphere.slug)


def appointing(request: MemberRequest, holding_id: UUID) -> HttpResponse:
    """Show who may become responsible for a sphere; no device keeps this page."""
    members = Membership.objects.in_sphere(request.membership.sphere_id).belonging().order_by("name")
    context = {"holding": _holding(request, holding_id), "members": members}
    return render(request, "organisations/appointment.html", context)


@accepts("organisations.appoint.1", page=appointing, online_only=ONLINE_ONLY, form=AppointmentForm)
def appointment(request: MemberRequest, holding_id: UUID) -> HttpResponse:
    """Make somebody of the organisation responsible for a sphere of it."""
    chosen = cleaned(AppointmentForm(request.POST))["member_id"]
    appointed = get_object_or_404(Membership.objects.in_sphere(request.membership.sphere_id), pk=chosen)
    actions.appoint(request.membership, _holding(request, holding_id), appointed)
    return redirect("organisations:holdings", request.membership.sphere.slug)


def _holding(request: MemberRequest, holding_id: UUID) -> Holding:
    found: Holding = get_object_or_404(Holding.objects.readable_by(request.membership), pk=holding_id)
    return found


@accepts("organisations.enter.1")
def entry(request: MemberRequest, offer_id: UUID) -> HttpResponse:
    """Come into a sphere that the organisation offers."""
    offered = get_object_or_404(Offer.objects.readable_by(request.membership), pk=offer_id)
    membership = actions.enter(request.membership, offered)
    return redirect("spheres:sphere", membership.sphere.slug)


@accepts("organisations.found.1", page=founding_page, form=OrganisationSphereForm)
def founding(request: MemberRequest) -> HttpResponse:
    """Make a sphere of the organisation."""
    membership = actions.found_sphere(request.membership, **cleaned(OrganisationSphereForm(request.POST)))
    return redirect("spheres:sphere", membership.sphere.slug)
