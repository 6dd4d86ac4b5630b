"""How messages are answered to."""

from messaging.actions import delete_message
from messaging.models import Message
from threads.subjects import Subject

SUBJECT = Subject(
    "messaging.message",
    Message,
    namespace="messaging",
    path="messages",
    id="message_id",
    hide=delete_message,
    menu="messaging/_menu.html",
)
