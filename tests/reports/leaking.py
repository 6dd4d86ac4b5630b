"""The site's addresses, and some that tell a stranger something: each in its own way."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from alveole import urls
from journal.models import Entry
from journal.rows import render
from messaging.models import Message
from spheres.models import Membership, Sphere
from spheres.seal import across_all_spheres


def title(request: HttpRequest, place: str) -> HttpResponse:
    """Answer with the name, whoever asks."""
    return HttpResponse(get_object_or_404(Sphere, slug=place).name)


def names(request: HttpRequest) -> HttpResponse:
    """List all spheres."""
    return HttpResponse(", ".join(Sphere.objects.order_by("pk").values_list("name", flat=True)))


def drawn(request: HttpRequest) -> HttpResponse:
    """Be another page each time, and tell them beside it."""
    return HttpResponse(f"{token_hex(5)} {names(request).content.decode()}")


def drawn_into(request: HttpRequest) -> HttpResponse:
    """Hide them in what is drawn."""
    return HttpResponse(f"{token_hex(5)}-{names(request).content.decode()}-{token_hex(5)}".replace(" ", "-"))


class Telling:
    """Lets each page of a sphere say more than it should, by what is read of its members."""

    field = "pk"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add it at the end."""
        answered = self.get_response(request)
        if answered.status_code == 200 and request.path.startswith("/s/"):
            told = Membership.objects.filter(is_named=False).order_by("pk").values_list(self.field, flat=True)
            answered.content += f"<p>{list(map(str, told))}</p>".encode()
        return answered


def count(request: HttpRequest) -> HttpResponse:
    """Name none, and count them."""
    return HttpResponse(Sphere.objects.filter(deleted_at=None).count())


def people(request: HttpRequest) -> HttpResponse:
    """List everybody."""
    return HttpResponse(", ".join(Membership.objects.order_by("pk").values_list("name", flat=True)))


def reached(request: HttpRequest) -> HttpResponse:
    """Give everybody's telephone."""
    return HttpResponse(", ".join(Membership.objects.order_by("pk").values_list("telephone", flat=True)))


def titled(request: HttpRequest) -> HttpResponse:
    """Say what everybody is."""
    return HttpResponse(", ".join(Membership.objects.order_by("pk").values_list("title", flat=True)))


def said(request: HttpRequest) -> HttpResponse:
    """Give all that was ever said."""
    with across_all_spheres("a page of the tests leaks"):
        return HttpResponse(", ".join(Message.objects.order_by("pk").values_list("body", flat=True)))


def rendered(request: HttpRequest) -> HttpResponse:
    """Give it as rows, as members read them."""
    with across_all_spheres("a page of the tests leaks"):
        entries = [*Entry.objects.current().filter(kind="messaging.message").select_related("journal").order_by("seq")]
        rows = render(entries, {entry.journal_id: entry.journal.scope for entry in entries})
    return HttpResponse("".join(str(row.facts["body"]) for row in rows if row.facts))


def described(request: HttpRequest) -> HttpResponse:
    """Say what all spheres are for."""
    return HttpResponse(", ".join(Sphere.objects.order_by("pk").values_list("description", flat=True)))


def numbers(request: HttpRequest) -> HttpResponse:
    """Give the numbers of all spheres, there or not."""
    return HttpResponse(", ".join(str(one) for one in Sphere.objects.order_by("pk").values_list("pk", flat=True)))


def always(request: HttpRequest, place: str) -> HttpResponse:
    """Answer whatever is asked."""
    return HttpResponse("nothing here")


def header(request: HttpRequest, place: str) -> HttpResponse:
    """Say in a header that there is something."""
    return HttpResponse(status=404, headers={"X-There": str(Sphere.objects.filter(slug=place).exists())})


def signed_in(request: HttpRequest, sphere_id: UUID) -> HttpResponse:
    """Tell those who have an account."""
    if not request.user.is_authenticated:
        raise Http404
    return HttpResponse(get_object_or_404(Sphere, pk=sphere_id, deleted_at=None).name)


# Who asked for what changes.
asked: list[str] = []


def changing(request: HttpRequest, place: str) -> HttpResponse:
    """Be another page once, as what somebody changes in that moment."""
    asked.append(place)
    return HttpResponse(status=200 if len(asked) == 1 else 404)


def writing(request: HttpRequest, place: str) -> HttpResponse:
    """Write, and show nothing of it."""
    Sphere.objects.filter(slug=place).update(description="a stranger was here")
    raise Http404


urlpatterns = [
    path("s/<slug:place>/title/", title),
    path("names/", names),
    path("drawn/", drawn),
    path("drawn-into/", drawn_into),
    path("count/", count),
    path("people/", people),
    path("reached/", reached),
    path("titled/", titled),
    path("said/", said),
    path("rendered/", rendered),
    path("described/", described),
    path("numbers/", numbers),
    path("s/<slug:place>/always/", always),
    path("s/<slug:place>/header/", header),
    path("by-number/<uuid:sphere_id>/", signed_in),
    path("s/<slug:place>/changing/", changing),
    path("s/<slug:place>/writing/", writing),
    *urls.urlpatterns,
]
handler404, handler500 = urls.handler404, urls.handler500
