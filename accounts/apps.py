"""The accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and their ways of signing in."""

    name = "accounts"

    def ready(self) -> None:
        """Hear when a session ends: allauth and Django offer no other way."""
        from django.contrib.auth.signals import user_logged_out

        from accounts.sessions import ended

        user_logged_out.connect(ended, dispatch_uid="accounts.ended")
