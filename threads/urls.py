"""Addresses of threads: those of comments, and those that a feature has among its own for each kind of its things."""

from __future__ import annotations

from django.urls import URLPattern, path

from threads import views
from threads.comments import SUBJECT
from threads.subjects import Subject

app_name = "threads"


def about(subject: Subject) -> list[URLPattern]:
    """Give the addresses of what is answered to things of a kind."""
    thing = f"{subject.path}/<uuid:{subject.id}>"
    alone = [
        path(f"{thing}/reaction/", views.reaction(subject), name="reaction"),
        path(f"{thing}/bookmark/", views.bookmark(subject), name="bookmark"),
        path(f"{thing}/report/", views.report(subject), name="report"),
    ]
    if not subject.takes_comments:
        return alone
    return [
        *alone,
        path(f"{thing}/thread/", views.ThreadPage(subject), name="thread"),
        path(f"{thing}/comments/", views.comments(subject), name="comments"),
    ]


urlpatterns = [
    path("moderation/", views.moderation, name="moderation"),
    path("moderation/<uuid:report_id>/decision/", views.decision, name="decision"),
    path("kept/", views.kept, name="kept"),
    *about(SUBJECT),
    path("comments/<uuid:comment_id>/edition/", views.edition, name="edition"),
    path("comments/<uuid:comment_id>/deletion/", views.deletion, name="deletion"),
    path("comments/<uuid:comment_id>/acceptance/", views.acceptance, name="acceptance"),
]
