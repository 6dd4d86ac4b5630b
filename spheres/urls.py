"""Addresses of spheres."""

from django.urls import path

from spheres import views

app_name = "spheres"

urlpatterns = [
    path("", views.home, name="home"),
    path("s/<slug:slug>/", views.sphere, name="sphere"),
    path("spheres/", views.creation, name="creation"),
    path("s/<slug:slug>/settings/", views.settings, name="settings"),
    path("s/<slug:slug>/archive/", views.archive, name="archive"),
    path("s/<slug:slug>/reopening/", views.reopening, name="reopening"),
    path("s/<slug:slug>/deletion/", views.deletion, name="deletion"),
    path("s/<slug:slug>/restoration/", views.restoration, name="restoration"),
    path("s/<slug:slug>/members/", views.members, name="members"),
    path("s/<slug:slug>/members/<uuid:member_id>/", views.member, name="member"),
    path("s/<slug:slug>/members/<uuid:member_id>/role/", views.role, name="role"),
    path("s/<slug:slug>/members/<uuid:member_id>/departure/", views.departure, name="departure"),
    path("s/<slug:slug>/presentation/", views.presentation, name="presentation"),
]
