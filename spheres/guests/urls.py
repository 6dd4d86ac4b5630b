"""Addresses of guests: what a key's link opens, where it becomes an account, and inside a sphere."""

from django.urls import path

from spheres.guests import views

app_name = "guests"

urlpatterns = [
    path("k/<str:token>", views.landing, name="landing"),
    path("me/address/", views.address, name="address"),
    path("me/address/proof/", views.proof, name="proof"),
    path("me/address/account/", views.account, name="account"),
    path("s/<slug:slug>/guests/", views.keys, name="keys"),
    path("s/<slug:slug>/guests/<uuid:key_id>/", views.key, name="key"),
    path("s/<slug:slug>/guests/<uuid:key_id>/sheet/", views.sheet, name="sheet"),
    path("s/<slug:slug>/guests/<uuid:key_id>/closure/", views.closure, name="closure"),
    path("s/<slug:slug>/guests/<uuid:key_id>/renewal/", views.renewal, name="renewal"),
    path("s/<slug:slug>/browsers/<uuid:browser_id>/admission/", views.admission, name="admission"),
    path("s/<slug:slug>/browsers/<uuid:browser_id>/closure/", views.browser_closure, name="browser_closure"),
]
