"""What messaging contributes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    """Conversations and messages."""

    name = "messaging"

    def ready(self) -> None:
        """Register the kinds, the list on a sphere's page, and the first conversation of a new sphere."""
        from files.showing import on_prepared, showers
        from journal.kinds import register
        from messaging.actions import erase_some, open_conversation, tell_of_file, withdraw_messages
        from messaging.querysets import shows_file
        from messaging.rows import ConversationKind, MessageKind
        from messaging.subject import SUBJECT
        from spheres.actions import erasers, on_founded, posts_removers
        from spheres.pages import Many
        from spheres.slots import Card, Tool, slots
        from threads import subjects

        register(ConversationKind())
        register(MessageKind())
        subjects.register(SUBJECT)
        slots.cards.append(
            Card(
                _("Conversations"),
                _("Nobody has said anything here yet."),
                Many("messaging.conversation", order="asc"),
                order=10,
                tool="messaging",
            )
        )
        slots.switches.append(Tool("messaging", _("Conversations")))
        slots.parts["messaging"] = _("Conversations")
        on_founded.append(open_conversation)
        posts_removers.append(withdraw_messages)
        erasers.append(erase_some)
        showers.append(shows_file)
        on_prepared.append(tell_of_file)
