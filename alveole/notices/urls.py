"""Addresses of what the site says about itself."""

from django.urls import path

from alveole.notices import views
from alveole.notices.models import Which

app_name = "notices"

urlpatterns = [
    path("kept/", views.kept, name="kept"),
    *(path(f"{which.value}/", views.NoticePage(which), name=which.value) for which in Which),
]
