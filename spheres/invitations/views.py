"""The page that an invitation opens, and the pages inside a sphere from which people invite."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from allauth.account.views import request_login_code
from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import create_user
from accounts.qr import picture_of
from accounts.ways import codes_are_mailed, come_in
from journal.commands import accepts
from journal.errors import Conflict
from journal.forms import cleaned
from spheres.agents import app_around
from spheres.invitations import actions, rules
from spheres.invitations.forms import ArrivalForm, InviteForm, MailForm, MailNowForm, NameForm
from spheres.invitations.models import Invitation, Letter, Mailing, Request
from spheres.invitations.preview import judged
from spheres.invitations.querysets import needs_approval, was_written_to
from spheres.invitations.tokens import invitation_of, link_of
from spheres.middleware import MemberRequest
from spheres.models import Membership
from spheres.pages import Many, Page

ONLINE_ONLY = gettext_noop("The site makes the link: this needs the network.")
# What somebody typed before they signed in, so that it waits for them on the page they come back to.
TYPED = "invitations.typed"

invitations_page = Page(
    "invitations/invitations.html",
    requests=Many("invitations.request", order="asc"),
    mailings=Many("invitations.mailing"),
    invitations=Many("invitations.invitation"),
)


@accepts("invitations.invite.1", page=invitations_page, online_only=ONLINE_ONLY, form=InviteForm)
def invitations(request: MemberRequest) -> HttpResponse:
    """Make an invitation, and show its link."""
    invitation = actions.invite(request.membership, **cleaned(InviteForm(request.POST)))
    return redirect("invitations:invitation", request.membership.sphere.slug, invitation.pk)


@require_safe
def invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Show the link of an invitation to whoever made it and to those responsible; no device keeps this page."""
    found = get_object_or_404(Invitation.objects.readable_by(request.membership), pk=invitation_id)
    context = {"invitation": found, "link": link_of(found)}
    return render(request, "invitations/invitation.html", context)


@require_safe
def sheet(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """Show the link as a picture, on a sheet to print or to hold to somebody's camera."""
    found = get_object_or_404(Invitation.objects.readable_by(request.membership), pk=invitation_id)
    if found.state != "open":
        return redirect("invitations:invitation", request.membership.sphere.slug, found.pk)
    link = link_of(found)
    context = {"invitation": found, "by": found.by, "link": link, "picture": picture_of(link)}
    return render(request, "invitations/sheet.html", context)


@accepts("invitations.revoke.1")
def revocation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    """End an invitation."""
    found = get_object_or_404(Invitation.objects.readable_by(request.membership), pk=invitation_id)
    actions.revoke(request.membership, found)
    if found.mailing_id:
        return redirect("invitations:mailing", request.membership.sphere.slug, found.mailing_id)
    return redirect("invitations:invitations", request.membership.sphere.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: MemberRequest) -> HttpResponse:
    """Take addresses, and show what will happen to each before anything is sent."""
    context: dict[str, Any] = {"goes_out": codes_are_mailed(), "language": get_language()}
    if request.method != "POST":
        return render(request, "invitations/by_mail.html", context)
    form = MailForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "invitations/by_mail.html", context | {"form": form}, status=422)
    # Whoever may bring nobody in learns of nobody whether they are in.
    rules.ensure_may_invite(request.membership, form.cleaned_data["role"], max_uses=1)
    lines = judged(request.membership, form.cleaned_data["found"])
    new = sum(one.is_new for one in lines)
    context |= {"said": form.cleaned_data, "lines": lines, "new": new}
    return render(request, "invitations/preview.html", context)


@accepts("invitations.mail.1", online_only=ONLINE_ONLY, form=MailNowForm)
def mailings(request: MemberRequest) -> HttpResponse:
    """Send invitations by mail."""
    actions.send_by_mail(request.membership, **cleaned(MailNowForm(request.POST)))
    return redirect("invitations:invitations", request.membership.sphere.slug)


@require_safe
def mailing(request: MemberRequest, mailing_id: UUID) -> HttpResponse:
    """Show what became of each letter to whoever sent them."""
    found = get_object_or_404(Mailing.objects.of(request.membership), pk=mailing_id)
    context = {"mailing": found, "letters": Letter.objects.of(found)}
    return render(request, "invitations/mailing.html", context)


@accepts("invitations.accept.1")
def admission(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Say yes to somebody who asks."""
    return _decided(request, request_id, is_accepted=True)


@accepts("invitations.decline.1")
def refusal(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Say no to somebody who asks."""
    return _decided(request, request_id, is_accepted=False)


def _decided(request: MemberRequest, request_id: UUID, *, is_accepted: bool) -> HttpResponse:
    found = get_object_or_404(Request.objects.decidable_by(request.membership), pk=request_id)
    actions.decide(request.membership, found, is_accepted=is_accepted)
    return redirect("invitations:invitations", request.membership.sphere.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites into what: one page, one button; only the button takes a place."""
    found = invitation_of(token)
    if not request.user.is_authenticated:
        return redirect(request.path) if request.method == "POST" else _to_nobody(request, token, found)
    if request.method == "POST":
        form = NameForm(request.POST)
        return _come_in(request, found, form) if form.is_valid() else _to_somebody(request, found, form, 422)
    return _to_somebody(request, found, NameForm(initial={"name": request.user.name, **_typed(request)}))


def _to_somebody(request: HttpRequest, found: Invitation, form: NameForm, status: int = 200) -> HttpResponse:
    assert request.user.is_authenticated
    if Membership.objects.of(request.user).in_sphere(found.sphere_id).exists():
        return _page(request, "already", found)
    asked = Request.objects.last_of(request.user, found.sphere_id)
    if asked is not None and asked.decided_at is None:
        tells_by_mail = bool(request.user.email) and codes_are_mailed()
        return _page(request, "waiting", found, asked=asked, tells_by_mail=tells_by_mail)
    if found.state != "open":
        return _closed(request, found)
    asks_first = needs_approval(found, request.user)
    return _page(request, "landing", found, status=status, form=form, asks_first=asks_first, asked=asked)


def _come_in(request: HttpRequest, found: Invitation, form: NameForm) -> HttpResponse:
    assert request.user.is_authenticated
    name, here = form.cleaned_data["name"], redirect(request.path)
    try:
        actions.come_in(request.user, found, name=name)
    except rules.NeedsApproval:
        with suppress(rules.Closed):
            actions.ask(request.user, found, name=name)
        return here
    except rules.Closed:
        return here
    request.session.pop(TYPED, None)
    return redirect("spheres:sphere", found.sphere.slug)


def _to_nobody(
    request: HttpRequest, token: str, found: Invitation, form: ArrivalForm | None = None, **more: Any
) -> HttpResponse:
    if found.state != "open":
        return _closed(request, found)
    form = form or ArrivalForm(by_mail=codes_are_mailed(), initial=_typed(request))
    return _page(request, "landing", found, form=form, token=token, **more)


@require_POST
def arrival(request: HttpRequest, token: str) -> HttpResponseBase:
    """Bring somebody in who had no account: by a code to their address, or where no mail goes out by a password."""
    found = invitation_of(token)
    if request.user.is_authenticated or found.state != "open":
        return redirect("invitations:landing", token)
    by_mail = codes_are_mailed()
    form = ArrivalForm(request.POST, by_mail=by_mail)
    is_valid = form.is_valid()
    request.session[TYPED] = {name: request.POST.get(name, "")[:254] for name in ("name", "email")}
    if not is_valid:
        return _to_nobody(request, token, found, form, status=422)
    account = form.cleaned_data | {"language": get_language()}
    if by_mail and not was_written_to(found, account["email"]):
        return _by_code(request, account)
    return _at_once(request, token, found, form, account)


def _by_code(request: HttpRequest, account: dict[str, Any]) -> HttpResponseBase:
    # Known or not, the answer is the same: a code, by which nobody but its reader gets in. Signing in leads back here.
    with suppress(Conflict):
        create_user(**account)
    return request_login_code(request)


def _at_once(
    request: HttpRequest, token: str, found: Invitation, form: ArrivalForm, account: dict[str, Any]
) -> HttpResponseBase:
    try:
        person = actions.arrive(found, **account)
    except rules.Closed:
        return redirect("invitations:landing", token)
    except Conflict:
        if "password" not in account:
            return _by_code(request, account)
        known = authenticate(request, email=account["email"], password=account["password"])
        if known is None:
            said = _("With this address and this password nobody can come in. Sign in, or use another.")
            form.add_error("email", said)
            return _to_nobody(request, token, found, form, status=422)
        return come_in(request, known, lead_to=reverse("invitations:landing", args=[token]))
    login(request, person)
    request.session.pop(TYPED, None)
    if needs_approval(found, person):
        return redirect("invitations:landing", token)
    return redirect("spheres:sphere", found.sphere.slug)


def _closed(request: HttpRequest, found: Invitation) -> HttpResponse:
    # Whoever holds a dead link learns nothing more of the sphere, not even what it is called by now.
    return _page(request, "closed", found, status=410, state=found.state, sphere=None)


def _page(request: HttpRequest, name: str, found: Invitation, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"invitation": found, "sphere": found.sphere, "by": found.by, "around": app_around(request), **more}
    return render(request, f"invitations/{name}.html", context, status=status)


def _typed(request: HttpRequest) -> dict[str, str]:
    typed: dict[str, str] = request.session.get(TYPED, {})
    return typed
