"""The pages and commands of groups."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from journal.commands import accepts
from journal.forms import cleaned
from spheres.groups import actions
from spheres.groups.forms import ChangedGroupForm, NewGroupForm
from spheres.groups.models import Group
from spheres.middleware import MemberRequest
from spheres.pages import EVERYBODY, Many, One, Page

MEMBERS = Many("spheres.member", order="asc", window=EVERYBODY)

groups_page = Page(
    "groups/groups.html",
    heading=One("spheres.sphere"),
    groups=Many("groups.group", order="asc", window=EVERYBODY),
    members=MEMBERS,
)
group_page = Page(
    "groups/group.html",
    heading=One("groups.group", "group_id"),
    places=Many("groups.place", parent="group_id", order="asc", window=EVERYBODY),
    members=MEMBERS,
)


@accepts("groups.make.1", page=groups_page, form=NewGroupForm)
def groups(request: MemberRequest) -> HttpResponse:
    """Put some members under one name."""
    made = actions.make_group(request.membership, **cleaned(NewGroupForm(request.POST)))
    return redirect("groups:group", request.membership.sphere.slug, made.pk)


@accepts("groups.change.1", page=group_page, form=ChangedGroupForm)
def group(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Change what a group is called, what it may and who is in it."""
    found = _group(request, group_id)
    actions.change_group(request.membership, found, **cleaned(ChangedGroupForm(request.POST)))
    return redirect("groups:group", request.membership.sphere.slug, group_id)


@accepts("groups.end.1")
def closure(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """End a group."""
    actions.end_group(request.membership, _group(request, group_id))
    return redirect("groups:groups", request.membership.sphere.slug)


def _group(request: MemberRequest, group_id: UUID) -> Group:
    found: Group = get_object_or_404(Group.objects.readable_by(request.membership), pk=group_id)
    return found
