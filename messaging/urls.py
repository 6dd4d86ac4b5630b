"""Addresses of messaging, inside a sphere."""

from django.urls import path

from messaging import views
from messaging.subject import SUBJECT
from threads.urls import about

app_name = "messaging"

urlpatterns = [
    path("conversations/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/messages/", views.messages, name="messages"),
    path("messages/<uuid:message_id>/edition/", views.edition, name="edition"),
    path("messages/<uuid:message_id>/deletion/", views.deletion, name="deletion"),
    *about(SUBJECT),
]
