"""Addresses of groups, inside a sphere."""

from django.urls import path

from spheres.groups import views

app_name = "groups"

urlpatterns = [
    path("s/<slug:slug>/groups/", views.groups, name="groups"),
    path("s/<slug:slug>/groups/<uuid:group_id>/", views.group, name="group"),
    path("s/<slug:slug>/groups/<uuid:group_id>/closure/", views.closure, name="closure"),
]
