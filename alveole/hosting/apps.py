"""Hosting as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HostingConfig(AppConfig):
    """Set-up, mail, health and the operator's home."""

    name = "alveole.hosting"
    label = "hosting"

    def ready(self) -> None:
        """Say whether mail goes out, so that nobody is offered a code that never comes."""
        from prometheus_client import REGISTRY

        from accounts import ways
        from alveole.hosting import mail
        from alveole.hosting.metrics import Queue
        from spheres.slots import slots

        ways.mails_go_out.append(mail.goes_out)
        REGISTRY.register(Queue())
        slots.parts["hosting"] = _("The operator’s pages")
