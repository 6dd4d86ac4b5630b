"""The accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their ways of signing in."""

    name = "accounts"

    def ready(self) -> None:
        """Hear when a session ends: allauth and Django offer no other way."""
        from django.contrib.sessions.models import Session
        from django.db.models.signals import post_delete

        from accounts.sessions import ended

        post_delete.connect(ended, sender=Session, dispatch_uid="accounts.ended")
