"""Addresses of organisations: pages of their hall."""

from django.urls import path

from spheres.organisations import views

app_name = "organisations"

urlpatterns = [
    path("s/<slug:slug>/spheres/", views.offers, name="offers"),
    path("s/<slug:slug>/spheres/new/", views.founding, name="founding"),
    path("s/<slug:slug>/spheres/all/", views.holdings, name="holdings"),
    path("s/<slug:slug>/spheres/all/<uuid:holding_id>/visit/", views.visit, name="visit"),
    path("s/<slug:slug>/spheres/all/<uuid:holding_id>/appointment/", views.appointment, name="appointment"),
    path("s/<slug:slug>/spheres/<uuid:offer_id>/entry/", views.entry, name="entry"),
]
