"""How messages are answered to."""

from messaging.models import Message
from threads.subjects import Subject

SUBJECT = Subject("messaging.message", Message, namespace="messaging", path="messages", id="message_id")
