"""`/s/<slug>/…`: finds your membership or answers 404; a stranger and a typo look the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from journal.errors import Refused
from spheres import rules
from spheres.models import EVERYBODY, Membership, ReadBy
from spheres.prepared import everybody_of, membership_of
from spheres.seal import inside

View = Callable[[HttpRequest], HttpResponse]
V = TypeVar("V", bound=Callable[..., Any])


class MemberRequest(HttpRequest):
    """A request inside a sphere; holding its membership is the proof."""

    user: User
    membership: Membership


class PersonRequest(HttpRequest):
    """A request of a signed-in person outside spheres."""

    user: User


class Barred(HttpResponse):
    """The answer where somebody is not to act yet; `error` holds the sentence."""

    def __init__(self, error: Refused) -> None:
        super().__init__(error.sentence, status=error.status)
        self.error = error


def before_charter(view: V) -> V:
    """Let a view be used by a member who has not accepted the charter."""
    declared: Any = view  # a plain function: what is declared is its attribute
    declared.before_charter = True
    return view


class SphereMiddleware:
    """Opens the sphere named by the address for the member who asks."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Close after the request what was opened for it."""
        with ExitStack() as opened:
            request.opened = opened
            return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: list[Any], kwargs: dict[str, Any]) -> HttpResponse | None:
        """Open the sphere; views get no slug. Raises Http404 for strangers and typos alike."""
        slug = kwargs.pop("slug", None)
        if slug is None:
            return None
        membership = self._member(request, slug) or self._everybody(request, view, slug)
        if membership is None:
            if request.user.is_authenticated:
                raise Http404
            return redirect(f"{reverse('account_login')}?next={request.path}")
        request.membership = membership
        request.opened.enter_context(inside(membership.sphere))
        return self._led_elsewhere(request, view, slug)

    def _member(self, request: Any, slug: str) -> Membership | None:
        if not request.user.is_authenticated:
            return None
        membership: Membership | None = membership_of.first(person=request.user.pk, slug=slug)
        if membership is not None and membership.sphere.deleted_at and membership.role != "administrator":
            return None
        return membership

    def _led_elsewhere(self, request: Any, view: Any, slug: str) -> HttpResponse | None:
        membership: Membership = request.membership
        if not membership.sphere.has_tool(request.resolver_match.namespace):
            refusal = Refused(_("This is switched off in the sphere. Those responsible can switch it on."))
            return _answer(request, view, refusal, "spheres:sphere", slug)
        # Whoever may put a deleted sphere back does so first.
        if membership.owes_charter and not membership.sphere.deleted_at and not getattr(view, "before_charter", False):
            return _answer(request, view, rules.charter_first(), "charters:charter", slug)
        return None

    def _everybody(self, request: Any, view: Any, slug: str) -> Membership | None:
        """Give the membership by which everybody reads, on the pages that are made for it."""
        request.is_public = False
        everybody = everybody_of.first(role=EVERYBODY, read_by=ReadBy.EVERYBODY, slug=slug)
        if everybody is None or not getattr(view, "public", "") or request.method not in {"GET", "HEAD"}:
            return None
        request.is_public = True
        return everybody


def _answer(request: HttpRequest, view: Any, refusal: Refused, instead: str, slug: str) -> HttpResponse:
    """Lead whoever reads to another page; say no to whoever writes, or asks how much of a file has come."""
    reads = request.method in {"GET", "HEAD"} and not getattr(view, "is_upload", False)
    return redirect(instead, slug) if reads else Barred(refusal)
