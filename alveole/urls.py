"""Every address of the site: each app brings its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("sync.urls")),
    path("", include("accounts.urls")),
    path("sign-in/", include("accounts.sign_in_urls")),
    path("", include("spheres.urls")),
    path("s/<slug:slug>/", include("messaging.urls")),
]

handler404 = "spheres.views.not_found"
