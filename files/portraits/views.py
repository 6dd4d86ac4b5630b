"""The commands of portraits."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from files.portraits import actions, rules
from files.portraits.forms import PortraitForm
from files.preparing import seems_picture
from files.taking import take
from journal.commands import accepts
from journal.forms import cleaned
from spheres.middleware import MemberRequest


@accepts("portraits.choose.1", form=PortraitForm)
def photo(request: MemberRequest) -> HttpResponse:
    """Choose the photo by which I am known in this sphere."""
    rules.ensure_may_be_shown(request.membership)
    actions.choose_photo(request.membership, file=_picture(request))
    return _to_me(request)


@accepts("portraits.remove.1")
def photo_removal(request: MemberRequest) -> HttpResponse:
    """Take my photo away."""
    actions.remove_photo(request.membership)
    return _to_me(request)


@accepts("portraits.choose_logo.1", form=PortraitForm)
def logo(request: MemberRequest) -> HttpResponse:
    """Choose the picture by which the sphere is known."""
    # Asked before a file that came with the form is kept.
    rules.ensure_may_give_logo(request.membership)
    actions.choose_logo(request.membership, file=_picture(request))
    return redirect("spheres:settings", request.membership.sphere.slug)


@accepts("portraits.remove_logo.1")
def logo_removal(request: MemberRequest) -> HttpResponse:
    """Take the picture of the sphere away."""
    actions.remove_logo(request.membership)
    return redirect("spheres:settings", request.membership.sphere.slug)


def _picture(request: MemberRequest) -> UUID:
    """Give the file that the form names or brings. Raises Invalid where it is no picture."""
    said = cleaned(PortraitForm(request.POST, request.FILES))
    file: UUID = [*said["files"], *take(request.membership, said["posted"])][0]
    # Looked at before the transaction, in which nothing slow is read; whose it is is judged there.
    rules.ensure_is_picture(is_picture=seems_picture(request.membership, file))
    return file


def _to_me(request: MemberRequest) -> HttpResponse:
    return redirect("spheres:member", request.membership.sphere.slug, request.membership.pk)
