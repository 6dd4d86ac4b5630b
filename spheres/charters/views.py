"""The pages and commands of charters."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from journal.commands import accepts
from journal.forms import cleaned
from journal.tables import as_csv
from spheres.charters import actions
from spheres.charters.forms import CharterForm
from spheres.charters.models import Edition
from spheres.charters.tables import HEADS, accepted_by
from spheres.middleware import MemberRequest, before_charter
from spheres.models import Reader
from spheres.pages import EVERYBODY, Many, One, Page, is_responsible

CHARTER = Many("charters.charter", window=1)

charter = Page("charters/charter.html", heading=One("spheres.sphere"), charter=CHARTER, before_charter=True)
edition_page = Page("charters/edition.html", heading=One("spheres.sphere"), kept_by=is_responsible, charter=CHARTER)
acceptances = Page(
    "charters/acceptances.html",
    heading=One("spheres.sphere"),
    kept_by=is_responsible,
    acceptances=Many("charters.acceptance", window=EVERYBODY),
)


@accepts("charters.publish.1", page=edition_page, form=CharterForm)
def edition(request: MemberRequest) -> HttpResponse:
    """Say what is agreed to in the sphere."""
    actions.publish_charter(request.membership, **cleaned(CharterForm(request.POST)))
    return redirect("charters:charter", request.membership.sphere.slug)


@before_charter
@accepts("charters.accept.1")
def acceptance(request: MemberRequest, edition_id: UUID) -> HttpResponse:
    """Agree to what was read."""
    # In the open sphere and not by Readers: whoever owes the charter has none but their own.
    read = get_object_or_404(Edition.objects.select_related("charter__sphere"), pk=edition_id)
    actions.accept(request.membership, read)
    return redirect("spheres:sphere", request.membership.sphere.slug)


@require_safe
def table(request: MemberRequest) -> HttpResponse:
    """Give who accepted what and when, and who did not yet, as a table; to those responsible, whom the desk is for."""
    sphere = request.membership.sphere
    get_object_or_404(Reader.objects.of_desk(request.membership))
    return as_csv(f"{sphere.slug}-charter", [str(head) for head in HEADS], accepted_by(sphere))
