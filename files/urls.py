"""Addresses of files, inside a sphere."""

from django.urls import path

from files import views

app_name = "files"

urlpatterns = [
    path("uploads/", views.uploads, name="uploads"),
    path("uploads/<uuid:file_id>/", views.upload, name="upload"),
    path("files/<uuid:file_id>/", views.original, name="original"),
    path("files/<uuid:file_id>/thumbnail/", views.thumbnail, name="thumbnail"),
    path("files/<uuid:file_id>/preview/", views.preview, name="preview"),
]
