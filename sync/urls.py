"""Addresses of the wire."""

from django.urls import path

from sync import views

app_name = "sync"

urlpatterns = [
    path("feed/", views.feed_page, name="feed"),
    path("shells/", views.shells, name="shells"),
    path("s/<slug:slug>/shells/", views.shells, name="sphere_shells"),
    path("sw.js", views.service_worker, name="service_worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("token/", views.token, name="token"),
    path("offline/", views.offline, name="offline"),
    path("outbox/", views.outbox, name="outbox"),
]
