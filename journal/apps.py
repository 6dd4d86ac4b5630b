"""The journal as a Django app."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Journals, entries and receipts."""

    name = "journal"
