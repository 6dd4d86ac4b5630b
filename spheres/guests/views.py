"""The page that a key's link opens, where a guest keeps their place, and the pages where people give and keep keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import claims
from accounts.forms import MailedCodeForm
from accounts.identity import identity
from accounts.qr import picture_of
from accounts.ways import by_mail
from journal.commands import accepts, needs_network
from journal.errors import Conflict, Refused
from journal.forms import cleaned
from spheres.agents import app_around, name_of
from spheres.guests import actions, rules
from spheres.guests.forms import AddressForm, KeyForm
from spheres.guests.here import key_here
from spheres.guests.models import Browser, Key
from spheres.guests.tokens import key_of, link_of, token_of
from spheres.middleware import MemberRequest
from spheres.pages import EVERYBODY, Many, Page

ONLINE_ONLY = gettext_noop("The site makes the link: this needs the network.")
CODE_ONLINE_ONLY = gettext_noop("The site mails a code: this needs the network.")

keys_page = Page("guests/keys.html", keys=Many("guests.key", window=EVERYBODY))


@accepts("guests.make.1", page=keys_page, online_only=ONLINE_ONLY, form=KeyForm)
def keys(request: MemberRequest) -> HttpResponse:
    """Make a key for somebody, and show its link."""
    made = actions.make_key(request.membership, **cleaned(KeyForm(request.POST)))
    return redirect("guests:key", request.membership.sphere.slug, made.pk)


@require_safe
def key(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """Show the link of a key to whoever made it and to those responsible; no device keeps this page."""
    found = _key(request, key_id)
    return render(request, "guests/key.html", {"key": found, "link": link_of(found)})


@require_safe
def sheet(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """Show the link as a picture, on a sheet to print and to hang up, or to hold to somebody's camera."""
    found = _key(request, key_id)
    if not found.is_open:
        return _to_key(request, key_id)
    link = link_of(found)
    return render(request, "guests/sheet.html", {"key": found, "link": link, "picture": picture_of(link)})


@accepts("guests.cut.1")
def closure(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """End a link and all its browsers."""
    actions.cut_key(request.membership, _key(request, key_id))
    return _to_key(request, key_id)


@accepts("guests.renew.1")
def renewal(request: MemberRequest, key_id: UUID) -> HttpResponse:
    """Give the guest of a cut link another one."""
    actions.renew_key(request.membership, _key(request, key_id))
    return _to_key(request, key_id)


@accepts("guests.let_in.1")
def admission(request: MemberRequest, browser_id: UUID) -> HttpResponse:
    """Say that it is them who wait."""
    actions.let_in(request.membership, _browser(request, browser_id))
    return redirect("guests:keys", request.membership.sphere.slug)


@accepts("guests.cut_browser.1")
def browser_closure(request: MemberRequest, browser_id: UUID) -> HttpResponse:
    """End what a browser sees, or say no to one that waits."""
    actions.cut_browser(request.membership, _browser(request, browser_id))
    return redirect("guests:keys", request.membership.sphere.slug)


def _key(request: MemberRequest, key_id: UUID) -> Key:
    return get_object_or_404(Key.objects.readable_by(request.membership), pk=key_id)


def _browser(request: MemberRequest, browser_id: UUID) -> Browser:
    return get_object_or_404(Browser.objects.of_keys(Key.objects.readable_by(request.membership)), pk=browser_id)


def _to_key(request: MemberRequest, key_id: UUID) -> HttpResponse:
    return redirect("guests:key", request.membership.sphere.slug, key_id)


@require_http_methods(["GET", "HEAD", "POST"])
def landing(request: HttpRequest, token: str) -> HttpResponse:
    """Say who invites whom into what: one page, one button; only the button opens anything."""
    found = key_of(token)
    # An icon on a home screen opens this address for years, and may be older than the link that is open now.
    is_theirs = request.user.is_authenticated and request.user.pk == found.membership.person_id
    if is_theirs and found.membership.is_open and found.sphere.deleted_at is None:
        return redirect("spheres:sphere", found.sphere.slug)
    if not found.is_open:
        return _page(request, "closed", found, status=410, sphere=None)
    came = Browser.objects.of_session(request.session.session_key).of_key(found).first()
    is_waiting = came is not None and came.state == "waiting"
    if request.method == "POST":
        return redirect(request.path) if is_waiting else _come_in(request, found)
    if is_waiting:
        return _page(request, "waiting", found, status=202)  # looked at again: they are signed in where they wait
    return _page(request, "landing", found, was_refused=came is not None)


def _come_in(request: HttpRequest, found: Key) -> HttpResponse:
    # Whoever was signed in here is not any more, and what this browser comes in by was never another's.
    logout(request)
    request.session.cycle_key()
    rotate_token(request)
    browser = name_of(request.headers.get("User-Agent", ""))
    try:
        came = actions.come_in(found.membership, found, session=request.session, browser=browser)
    except Refused as refusal:
        return _page(request, "landing", found, status=refusal.status, refusal=refusal.sentence)
    if came.state == "waiting":
        return redirect(request.path)
    return redirect("spheres:sphere", found.sphere.slug)


def _page(request: HttpRequest, name: str, found: Key, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"key": found, "sphere": found.sphere, "by": found.by, "guest": found.membership, **more}
    context["around"] = app_around(request)
    return render(request, f"guests/{name}.html", context, status=status)


@needs_network(CODE_ONLINE_ONLY)
@by_mail
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    """Let a guest keep their place with an e-mail address: ask for it, and mail a code there."""
    if answer := _to_others(request):
        return answer
    _ensure_guest(request)
    if request.method != "POST":
        is_asked = claims.is_open(request.session)
        return _code_page(request, MailedCodeForm()) if is_asked else _address_page(request, _typed(request))
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _address_page(request, form, 422)
    try:
        claims.send_code(request, form.cleaned_data["email"])
    except claims.NotMailed as failure:
        form.add_error("email", failure.sentence)
        return _address_page(request, form, failure.status)
    return redirect("guests:address")


@by_mail
@login_required
@require_POST
def proof(request: HttpRequest) -> HttpResponse:
    """Take the code, and make an account of the guest's place."""
    if answer := _to_others(request):
        return answer
    found, form = _ensure_guest(request), MailedCodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form, 422)
    claimed = claims.address_of(request.session)
    try:
        shown = claims.prove(request.session, form.cleaned_data["code"])
        actions.grow(found.membership, found, address=shown, session_key=request.session.session_key)
    except Conflict:
        claims.keep_shown(request.session, claimed)
        return render(request, "guests/taken.html", {"key": found, "address": claimed}, status=409)
    except rules.Closed:  # cut a moment ago, and signed out with it
        logout(request)
        return redirect("guests:landing", token_of(found))
    except Refused as refusal:
        return _refused(request, form, refusal.sentence)
    return redirect("guests:address")


@by_mail
@login_required
@require_POST
def account(request: HttpRequest) -> HttpResponse:
    """Ask to be let in with the account that has the address which this guest just showed to be theirs."""
    if answer := _to_others(request):
        return answer
    found = _ensure_guest(request)
    shown = claims.shown_in(request.session)
    if not shown:
        return redirect("guests:address")
    try:
        was_asked = actions.ask_to_be_let_in(found.membership, found, address=shown)
    except Refused as refusal:
        context = {"key": found, "address": shown, "refusal": refusal.sentence}
        return render(request, "guests/taken.html", context, status=refusal.status)
    return render(request, "guests/asked.html", {"key": found, "address": shown, "was_asked": was_asked})


def _to_others(request: HttpRequest) -> HttpResponse | None:
    """Answer whoever is no guest, and a page that was opened by somebody else who was signed in here."""
    if request.method == "POST" and request.POST.get("_identity") != identity(request):
        return render(request, "sync/other_identity.html", status=412)
    if request.user.is_authenticated and request.user.has_own_way:
        return redirect("guests:address") if request.method == "POST" else render(request, "guests/kept.html")
    return None


def _refused(request: HttpRequest, form: MailedCodeForm, sentence: str) -> HttpResponse:
    if claims.is_open(request.session):
        form.add_error("code", sentence)
        return _code_page(request, form, 422)
    again = AddressForm({"email": claims.address_of(request.session)})
    again.add_error("email", sentence)
    return _address_page(request, again, 422)


def _typed(request: HttpRequest) -> AddressForm:
    """Give the form of an address with what was typed last, if it was not shown yet."""
    return AddressForm(initial={"email": claims.address_of(request.session)})


def _ensure_guest(request: HttpRequest) -> Key:
    found = key_here(request)
    if found is None:
        raise Http404
    return found


def _address_page(request: HttpRequest, form: AddressForm, status: int = 200) -> HttpResponse:
    return render(request, "guests/address.html", {"form": form}, status=status)


def _code_page(request: HttpRequest, form: MailedCodeForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "address": claims.address_of(request.session), "again": _typed(request)}
    return render(request, "guests/code.html", context, status=status)
