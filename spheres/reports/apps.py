"""What reports contribute."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


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
        from spheres.slots import slots

        register(ReportKind())
        register(PartKind())
        erasers.append(erase_some)
        slots.parts |= {
            "account": _("Signing in"),
            "accounts": _("One’s own account"),
            "spheres": _("Spheres and their members"),
            "organisations": _("Organisations"),
            "invitations": _("Invitations"),
            "guests": _("Direct links"),
            "charters": _("Charters"),
            "groups": _("Groups"),
            "reports": _("What a stranger can see"),
        }
