"""What messaging contributes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """Conversations and messages."""

    name = "messaging"

    def ready(self) -> None:
        """Register the kinds, the list on a sphere's page, and the first conversation of a new sphere."""
        from journal.kinds import register
        from messaging.actions import open_conversation
        from messaging.rows import ConversationKind, MessageKind
        from spheres.actions import on_founded
        from spheres.pages import Many
        from spheres.slots import Card, slots

        register(ConversationKind())
        register(MessageKind())
        slots.cards.append(
            Card(
                _("Conversations"),
                _("Nobody has said anything here yet."),
                Many("messaging.conversation", order="asc"),
                order=10,
            )
        )
        on_founded.append(open_conversation)
