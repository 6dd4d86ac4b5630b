"""Addresses of set-up, operators and health."""

from django.urls import path

from alveole.hosting import health, metrics, views

app_name = "hosting"

urlpatterns = [
    path("set-up/<str:token>/", views.set_up, name="set_up"),
    path("operator/", views.home, name="home"),
    path("operator/mail/", views.mails, name="mails"),
    path("metrics", metrics.metrics, name="metrics"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
]
