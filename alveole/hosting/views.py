"""Set-up, the operator's home, health."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import digest_of
from alveole.hosting import actions, mail
from alveole.hosting.forms import MailForm, SetUpForm
from alveole.hosting.lights import lights
from alveole.hosting.models import SetUpLink, Site
from journal.errors import Refused


@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Show one page; its button sets the site up, another one sends a test mail and keeps all that was typed."""
    found = SetUpLink.objects.filter(digest=digest_of(token)).first()
    if found is None or not found.is_open:
        return _too_late(request)
    if request.method == "GET":
        form = SetUpForm(initial={"language": translation.get_language()})
        return render(request, "hosting/set_up.html", {"form": form, "address": settings.ALVEOLE_URL})
    form = SetUpForm(request.POST)
    context = {"form": form, "address": settings.ALVEOLE_URL}
    is_valid = form.is_valid()
    if "only_test" in request.POST:
        context["test"] = _tried(form, request.POST.get("email", ""), request.POST.get("site_name", ""))
        return render(request, "hosting/set_up.html", context)
    if not is_valid:
        return render(request, "hosting/set_up.html", context, status=422)
    try:
        person = actions.set_up(token, **form.arguments())
    except Refused:
        return _too_late(request)
    login(request, person)
    return redirect("hosting:home")


def _too_late(request: HttpRequest) -> HttpResponse:
    return render(request, "hosting/too_late.html", status=410)


def _tried(form: MailForm, to: str, name: str) -> dict[str, str]:
    # Of the other fields nothing was asked yet.
    for field in [field for field in form.errors if field != "email" and not field.startswith("mail_")]:
        del form.errors[field]
    if form.errors or not to or not form.cleaned_data.get("mail_host"):
        return {"failure": _("Fill in your address, the mail server and the address that mail comes from.")}
    failure = mail.send_test(form.mail, name=name or "Alvéole", to=to)
    return {"failure": failure} if failure else {"sent_to": to}


def for_operators(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let a page exist for operators only."""

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        if not (request.user.is_authenticated and request.user.is_staff):
            raise Http404
        return view(request)

    return shown


@for_operators
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what works, what does not, and how to mend it."""
    return _home(request, MailForm(instance=Site.objects.first(), initial={"mail_password": ""}))


def _home(request: HttpRequest, form: MailForm, status: int = 200, **more: object) -> HttpResponse:
    context = {
        "lights": lights(),
        "form": form,
        "version": settings.VERSION,
        "build": settings.APP_VERSION,
        "is_ours": settings.EMAIL_BACKEND == mail.OURS,
        **more,
    }
    return render(request, "hosting/home.html", context, status=status)


@for_operators
@require_POST
def mails(request: HttpRequest) -> HttpResponse:
    """Change by which server mail goes out, or try the one that is typed."""
    assert request.user.is_authenticated
    form, site = MailForm(request.POST), Site.objects.first()
    is_valid = form.is_valid()
    form.kept(site)
    if "only_test" in request.POST:
        tried = _tried(form, request.user.email or "", site.name if site else "")
        return _home(request, form, test=tried)
    if not is_valid:
        return _home(request, form, status=422)
    actions.change_mail(request.user, mail=form.mail)
    messages.success(request, _("Saved."))
    return redirect("hosting:home")
