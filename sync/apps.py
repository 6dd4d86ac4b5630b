"""What sync contributes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    """The wire between journals and devices."""

    name = "sync"

    def ready(self) -> None:
        """Hear of every commit, and give the outbox its place in the navigation."""
        from journal.publishing import entry_listeners, person_listeners
        from spheres.slots import Place, slots
        from sync import publisher

        entry_listeners.append(publisher.publish_entry)
        person_listeners.append(publisher.publish_person)
        slots.navigation.append(Place(_("To send"), "sync:outbox", "outbox", order=80))
        slots.parts["sync"] = _("What devices ask for")
        slots.navigation.append(Place(_("Me"), "accounts:me", "me", order=90))
