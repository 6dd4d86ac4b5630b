"""The wiring as a Django app, so that its management commands are found."""

from django.apps import AppConfig


class AlveoleConfig(AppConfig):
    """Wires the apps together; has no models."""

    name = "alveole"
    verbose_name = "Alvéole"

    def ready(self) -> None:
        """Let every `shared_task` find this site's broker, in web processes and commands too."""
        from alveole import celery  # noqa: F401  # loading it is the point
