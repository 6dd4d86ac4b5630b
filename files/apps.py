"""Files as a Django app."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """What people send."""

    name = "files"

    def ready(self) -> None:
        """Erase with a sphere what was sent there."""
        from files.actions import erase_some
        from spheres.actions import erasers

        erasers.append(erase_some)
