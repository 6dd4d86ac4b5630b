"""Addresses of spheres."""

from django.urls import path

from spheres import views

app_name = "spheres"

urlpatterns = [
    path("", views.home, name="home"),
    path("s/<slug:slug>/", views.sphere, name="sphere"),
    path("s/<slug:slug>/members/", views.members, name="members"),
]
