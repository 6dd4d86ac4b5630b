"""Hosting as a Django app."""

from django.apps import AppConfig


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

        ways.mails_go_out.append(mail.goes_out)
        REGISTRY.register(Queue())
