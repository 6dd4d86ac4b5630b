"""Files as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """What people send."""

    name = "files"

    def ready(self) -> None:
        """Name the part of the site, and erase with a sphere what was sent there."""
        from files.actions import erase_some
        from spheres.actions import erasers
        from spheres.slots import slots

        slots.parts["files"] = _("Pictures and files")
        erasers.append(erase_some)
