"""The address of a report, inside a sphere."""

from django.urls import path

from spheres.reports import views

app_name = "reports"

urlpatterns = [
    path("seal/", views.report, name="report"),
]
