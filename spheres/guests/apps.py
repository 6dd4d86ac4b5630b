"""What guests contribute."""

from django.apps import AppConfig


class GuestsConfig(AppConfig):
    """Guests, who come by a link of their own."""

    name = "spheres.guests"
    label = "guests"

    def ready(self) -> None:
        """Register the kind; a key ends with its guest's place."""
        from journal.kinds import register
        from spheres import actions
        from spheres.guests.actions import end_key, erase_some
        from spheres.guests.rows import KeyKind

        register(KeyKind())
        actions.on_ended.append(end_key)
        actions.erasers.append(erase_some)
