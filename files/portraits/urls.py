"""Addresses of portraits, inside a sphere."""

from django.urls import path

from files.portraits import views

app_name = "portraits"

urlpatterns = [
    path("photo/", views.photo, name="photo"),
    path("photo/removal/", views.photo_removal, name="photo_removal"),
    path("logo/", views.logo, name="logo"),
    path("logo/removal/", views.logo_removal, name="logo_removal"),
]
