"""The accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their ways of signing in."""

    name = "accounts"

    def ready(self) -> None:
        """Hear when sessions end, by themselves or with a password: allauth and Django offer no other way."""
        from django.contrib.sessions.models import Session
        from django.db.models.signals import post_delete, post_save

        from accounts.models import User
        from accounts.sessions import ended, reconsider

        post_delete.connect(ended, sender=Session, dispatch_uid="accounts.ended")
        post_save.connect(reconsider, sender=User, dispatch_uid="accounts.reconsider")
