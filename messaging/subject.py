"""How messages are answered to."""

from messaging.actions import delete_message
from messaging.models import Message
from threads.subjects import Subject


def _text(message: Message) -> str:
    files = [attachment.file for attachment in message.attached]
    shown = [f"{file.name}: {file.alt}" if file.alt else file.name for file in files]
    return "\n".join([message.body, *shown] if message.body else shown)


SUBJECT = Subject(
    "messaging.message",
    Message,
    namespace="messaging",
    path="messages",
    id="message_id",
    hide=delete_message,
    text=_text,
    menu="messaging/_menu.html",
)
