"""Backups as a Django app: two commands, two models, one periodic task."""

from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Saves a site in one file, brings it back, and proves that it can."""

    name = "alveole.backup"
    label = "backup"
