"""Pages of the person: the sign-in link, me, signing out."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions
from accounts.forms import LanguageForm
from accounts.identity import identity
from accounts.models import SignInLink
from accounts.pages import PlainPage
from journal.errors import Refused
from journal.forms import cleaned

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

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the secret, and write down that its code was shown."""
        answer: HttpResponse = super().form_valid(form)
        assert self.request.user.is_authenticated
        record_authentication(self.request, self.request.user, "mfa", type="totp", reauthenticated=True)
        return answer


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
