"""The administration: for operators who showed their second factor in this session, and nowhere for everybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.second_factor import has_one, is_proven

View = Callable[..., HttpResponseBase]

# Of the admin's own pages: the rest signs in and out, changes passwords and looks things up beside our lists.
KEPT = ("index", "jsi18n")


class OperatorSite(AdminSite):
    """Django's admin behind our door."""

    site_header = site_title = index_title = gettext_lazy("Administration")
    site_url = None
    enable_nav_sidebar = False
    final_catch_all_view = False
    # Set by the modules that register more than models.
    more: list[tuple[str, Any, Any, View]] = []
    # How the log says what no list offers as a deed.
    labels: dict[str, Any] = {"export": gettext_lazy("Taken along as CSV")}

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the door is open to who asks."""
        return self.closed_to(request) is None

    def closed_to(self, request: HttpRequest) -> HttpResponseBase | None:
        """Give the answer to who may not come in now, None to who may. Raises Http404 to whoever runs nothing."""
        person = request.user
        if person.is_authenticated and not person.is_staff:
            raise Http404
        to_sign_in: HttpResponseBase | None = _staff_only(request)
        if to_sign_in is not None:
            return to_sign_in
        assert person.is_authenticated
        if not has_one(person):
            return redirect("mfa_activate_totp")
        if not is_proven(request):
            return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
        return None

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Put the door before a view; what Django puts there too (no cache, CSRF) stays."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            closed = self.closed_to(request)
            answer: HttpResponseBase = inner(request, *args, **kwargs) if closed is None else closed
            return answer

        return guarded

    def get_urls(self) -> list[Any]:
        """Give the few pages of the site itself, and those of each list."""
        models = len(self._registry)
        own: list[URLPattern | URLResolver] = super().get_urls()
        kept = [one for one in own if isinstance(one, URLPattern) and one.name in KEPT]
        lists = [one for one in own if isinstance(one, URLResolver)]
        assert len(lists) == models
        more = [path(f"{name}/", self.admin_view(view), name=name) for name, _title, _about, view in self.more]
        return [*kept, *more, *lists]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Name no app: the index has its own order."""
        return []

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what there is to look at."""
        shown: Any = self._registry.values()
        lists = [{"url": one.list_url, "name": one.many, "about": one.about} for one in shown]
        lists += [
            {"url": reverse(f"admin:{name}"), "name": title, "about": about} for name, title, about, _v in self.more
        ]
        context = {**self.each_context(request), "title": _("Administration"), "lists": lists}
        return TemplateResponse(request, "operators/index.html", context)


@secure_admin_login  # type: ignore[untyped-decorator]  # allauth's has no types
def _staff_only(request: HttpRequest) -> None:
    """Let operators through; allauth leads everybody else to its sign-in."""
