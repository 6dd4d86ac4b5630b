"""The pages of spheres."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from spheres.pages import EVERYBODY, Many, One, Page

home = Page("spheres/home.html", outside=True, spheres=Many("spheres.sphere", order="asc", window=EVERYBODY))
sphere = Page("spheres/sphere.html", heading=One("spheres.sphere"), cards=True)
members = Page(
    "spheres/members.html", heading=One("spheres.sphere"), members=Many("spheres.member", order="asc", window=EVERYBODY)
)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer the same bytes for what does not exist and for what is not yours."""
    # No request: nothing of it is in the answer.
    return render(None, "404.html", status=404)
