"""Portraits as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortraitsConfig(AppConfig):
    """The photos of members and the logos of spheres."""

    name = "files.portraits"
    label = "portraits"

    def ready(self) -> None:
        """Show what is prepared to whoever may see it, and follow who leaves."""
        from files.portraits import actions
        from files.portraits.querysets import shows_file
        from files.showing import on_prepared, showers
        from spheres.actions import on_ended
        from spheres.slots import slots

        showers.append(shows_file)
        on_prepared.append(actions.show_prepared)
        on_ended.append(actions.forget_photo)
        slots.parts["portraits"] = _("Photos and logos")
        slots.member_parts.append("portraits/_photo.html")
        slots.settings_parts.append("portraits/_logo.html")
