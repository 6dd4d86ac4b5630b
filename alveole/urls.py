"""Every address of the site: each app brings its own."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("sync.urls")),
    path("", include("alveole.hosting.urls")),
    path("", include("alveole.notices.urls")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("sign-in/", include("accounts.sign_in_urls")),
    path("me/second-factor/", include("accounts.second_factor_urls")),
    path("", include("spheres.urls")),
    path("", include("spheres.organisations.urls")),
    path("", include("spheres.invitations.urls")),
    path("", include("spheres.guests.urls")),
    path("", include("spheres.charters.urls")),
    path("", include("spheres.groups.urls")),
    path("s/<slug:slug>/", include("spheres.reports.urls")),
    path("s/<slug:slug>/", include("files.urls")),
    path("s/<slug:slug>/", include("files.portraits.urls")),
    path("s/<slug:slug>/", include("threads.urls")),
    path("s/<slug:slug>/", include("messaging.urls")),
]

handler404 = "spheres.views.not_found"
handler500 = "sync.views.server_error"
