"""The pages and commands of spheres."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from journal.commands import accepts
from journal.forms import cleaned
from spheres import actions
from spheres.forms import (
    NO_TELEPHONE,
    TELEPHONE,
    DepartureForm,
    PresentationForm,
    RoleForm,
    SettingsForm,
    SphereForm,
)
from spheres.middleware import MemberRequest, PersonRequest, before_charter
from spheres.models import CONTACTS, Membership
from spheres.pages import EVERYBODY, Home, Many, One, Page, is_responsible
from spheres.presets import PERSONAL
from spheres.slots import slots
from spheres.types import DEFAULT, HALL_SETTING_NAMES, SETTING_NAMES

View = Callable[[MemberRequest], HttpResponse]

home = Home("spheres/home.html", outside=True, spheres=Many("spheres.sphere", order="asc", window=EVERYBODY))
sphere = Page("spheres/sphere.html", heading=One("spheres.sphere"), cards=True, public="spheres/public.html")
members = Page(
    "spheres/members.html", heading=One("spheres.sphere"), members=Many("spheres.member", order="asc", window=EVERYBODY)
)
member = Page(
    "spheres/member.html",
    heading=One("spheres.member", "member_id"),
    constants={
        "telephone": {"pattern": TELEPHONE, "sentence": NO_TELEPHONE},
        "presented": ("name", "title", "is_named", *CONTACTS),
        "parts": slots.member_parts,
    },
)
creation_page = Page(
    "spheres/creation.html",
    outside=True,
    constants={
        "first_look": {"hue": "blue", "shape": "circle"},
        "proposed": {"preset": PERSONAL[0], "type": DEFAULT},
    },
)
settings_page = Page(
    "spheres/settings.html",
    heading=One("spheres.sphere"),
    kept_by=is_responsible,
    constants={
        "setting_names": SETTING_NAMES,
        "hall_setting_names": HALL_SETTING_NAMES,
        "parts": slots.settings_parts,
    },
)


@accepts("spheres.create.1", page=creation_page, form=SphereForm)
def creation(request: PersonRequest) -> HttpResponse:
    """Make a sphere of one's own."""
    membership = actions.create_sphere(request.user, **cleaned(SphereForm(request.POST)))
    return redirect("spheres:sphere", membership.sphere.slug)


@accepts("spheres.settle.1", page=settings_page, form=SettingsForm)
def settings(request: MemberRequest) -> HttpResponse:
    """Change the settings of the sphere."""
    actions.settle(request.membership, **cleaned(SettingsForm(request.POST)))
    return redirect("spheres:sphere", request.membership.sphere.slug)


def _of_the_sphere(command: str, verb: Callable[[Membership], object]) -> View:
    @accepts(command)
    def said(request: MemberRequest) -> HttpResponse:
        verb(request.membership)
        return redirect("spheres:sphere", request.membership.sphere.slug)

    return said


archive = _of_the_sphere("spheres.archive.1", actions.archive)
reopening = _of_the_sphere("spheres.reopen.1", actions.reopen)
deletion = _of_the_sphere("spheres.delete.1", actions.delete_sphere)
restoration = _of_the_sphere("spheres.restore.1", actions.restore_sphere)


@accepts("spheres.present.1", form=PresentationForm)
def presentation(request: MemberRequest) -> HttpResponse:
    """Change how I appear in the sphere."""
    actions.present(request.membership, **cleaned(PresentationForm(request.POST)))
    return _to_member(request, request.membership.pk)


@accepts("spheres.role.1", form=RoleForm)
def role(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Make a member something else in the sphere."""
    member = _member(request, member_id)
    actions.give_role(request.membership, member, **cleaned(RoleForm(request.POST)))
    return _to_member(request, member_id)


@before_charter
@accepts("spheres.end.1", form=DepartureForm)
def departure(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Leave the sphere, or have somebody leave it."""
    member = _member(request, member_id)
    actions.end_membership(request.membership, member, **cleaned(DepartureForm(request.POST)))
    if member_id == request.membership.pk:
        return redirect("spheres:home")
    return redirect("spheres:members", request.membership.sphere.slug)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer the same bytes for what does not exist and for what is not yours."""
    # No request: nothing of it is in the answer.
    return render(None, "404.html", status=404)


def _member(request: MemberRequest, member_id: UUID) -> Membership:
    return get_object_or_404(Membership.objects.told_to(request.membership), pk=member_id)


def _to_member(request: MemberRequest, member_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("spheres:member", args=[request.membership.sphere.slug, member_id]))
