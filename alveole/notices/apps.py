"""The notices as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Pages that are there for everybody, with or without account."""

    name = "alveole.notices"
    label = "notices"

    def ready(self) -> None:
        """Give operators the page on which the notices are written."""
        from alveole.notices.office import notices
        from alveole.operators.site import OperatorSite
        from spheres.slots import slots

        about = _("What the law, or courtesy, asks this site to say about itself.")
        OperatorSite.more.append(("notices", _("Notices of this site"), about, notices))
        OperatorSite.labels["write"] = _("Write a notice")
        slots.parts["notices"] = _("Legal notice and privacy")
