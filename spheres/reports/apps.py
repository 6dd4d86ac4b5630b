"""What reports contribute."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """The seal, as a stranger finds it."""

    name = "spheres.reports"
    label = "reports"

    def ready(self) -> None:
        """Register the kinds; a sphere that is erased takes its report along."""
        from journal.kinds import register
        from spheres.actions import erasers
        from spheres.reports.actions import erase_some
        from spheres.reports.rows import PartKind, ReportKind

        register(ReportKind())
        register(PartKind())
        erasers.append(erase_some)
