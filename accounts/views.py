"""Pages of the person: the sign-in link, me, signing out."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions, claims
from accounts.forms import LanguageForm, MailedCodeForm
from accounts.identity import identity
from accounts.models import SignInLink
from accounts.pages import PlainPage
from accounts.second_factor import keep_shown, needs_mailed_code
from journal.commands import needs_network
from journal.errors import Refused
from journal.forms import cleaned

CODE_ONLINE_ONLY = gettext_noop("The site mails a code: this needs the network.")

me = PlainPage("accounts/me.html", is_live=True)


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show one page with one button; only the button spends the link."""
    if request.method == "GET":
        found = SignInLink.objects.select_related("user").filter(digest=actions.digest_of(token)).first()
        is_open = found is not None and found.is_open
        return render(
            request,
            "accounts/link.html",
            {"person": found.user if found and is_open else None},
            status=200 if is_open else 410,
        )
    try:
        person = actions.spend_link(token)
    except Refused:
        return render(request, "accounts/link.html", {"person": None}, status=410)
    logout(request)
    login(request, person)
    return redirect("spheres:home")


class Activation(ActivateTOTPView):
    """Takes an app in use; the code that shows it vouches for this session, as at the next signing in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let nobody in who has but an open session."""
        if request.user.is_authenticated and needs_mailed_code(request):
            return redirect("accounts:again")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the secret, and write down that its code was shown."""
        answer: HttpResponse = super().form_valid(form)
        assert self.request.user.is_authenticated
        record_authentication(self.request, self.request.user, "mfa", type="totp", reauthenticated=True)
        return answer


@needs_network(CODE_ONLINE_ONLY)
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Mail a code to whoever sets up a second factor and has no password, and ask for it."""
    assert request.user.is_authenticated
    if not needs_mailed_code(request):
        return redirect("mfa_activate_totp")
    if request.method != "POST":
        was_asked = claims.is_open(request.session) and claims.address_of(request.session) == request.user.email
        return _again_page(request, MailedCodeForm() if was_asked else None)
    try:
        claims.send_code(request, str(request.user.email), letter="account/email/again_code")
    except claims.NotMailed as failure:
        return _again_page(request, None, failure.status, sentence=failure.sentence)
    return redirect("accounts:again")


@login_required
@require_POST
def again_proof(request: HttpRequest) -> HttpResponse:
    """Take the code, and go on to what it was asked for."""
    assert request.user.is_authenticated
    if not needs_mailed_code(request):
        return redirect("mfa_activate_totp")
    form = MailedCodeForm(request.POST)
    if not form.is_valid():
        return _again_page(request, form, 422)
    try:
        shown = claims.prove(request.session, form.cleaned_data["code"])
    except Refused as refusal:
        form.add_error("code", refusal.sentence)
        return _again_page(request, form, 422)
    if shown != request.user.email:  # a code that was mailed for something else
        return redirect("accounts:again")
    keep_shown(request)
    return redirect("mfa_activate_totp")


def _again_page(request: HttpRequest, form: MailedCodeForm | None, status: int = 200, **more: Any) -> HttpResponse:
    return render(request, "accounts/again.html", {"form": form, **more}, status=status)


@login_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language. Raises Invalid for one that is not offered."""
    assert request.user.is_authenticated
    actions.choose_language(request.user, **cleaned(LanguageForm(request.POST)))
    return redirect("accounts:me")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session; a device that signed out offline says so later, hence no question asked."""
    if request.POST.get("_identity", identity(request)) != identity(request):
        return HttpResponse(status=412)  # owed by somebody else: whoever is signed in by now stays
    logout(request)
    return redirect("accounts:signed_out")


@require_GET
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that nobody is signed in here; the device keeps this page for signing out offline."""
    return render(request, "accounts/signed_out.html")
