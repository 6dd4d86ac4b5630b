"""Addresses of charters, inside a sphere."""

from django.urls import path

from spheres.charters import views

app_name = "charters"

urlpatterns = [
    path("s/<slug:slug>/charter/", views.charter, name="charter"),
    path("s/<slug:slug>/charter/edition/", views.edition, name="edition"),
    path("s/<slug:slug>/charter/<uuid:edition_id>/acceptance/", views.acceptance, name="acceptance"),
    path("s/<slug:slug>/charter/acceptances/", views.acceptances, name="acceptances"),
    path("s/<slug:slug>/charter/acceptances/table/", views.table, name="table"),
]
