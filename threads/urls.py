"""Addresses of threads: those that each kind of thing has, for its feature to name among its own."""

from __future__ import annotations

from django.urls import URLPattern, path

from threads import views
from threads.subjects import Subject


def about(subject: Subject) -> list[URLPattern]:
    """Give the addresses of what is answered to things of a kind."""
    thing = f"{subject.path}/<uuid:{subject.id}>"
    return [
        path(f"{thing}/thread/", views.ThreadPage(subject), name="thread"),
        path(f"{thing}/reaction/", views.reaction(subject), name="reaction"),
    ]
