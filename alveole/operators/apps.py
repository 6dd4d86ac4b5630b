"""The operators' administration as Django apps: Django's own, with our site in it, and ours."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _


class AdministrationConfig(SimpleAdminConfig):
    """Django's admin, which asks no app what it would show: allauth would show secrets."""

    default_site = "alveole.operators.site.OperatorSite"


class OperatorsConfig(AppConfig):
    """What is shown to operators, and what they may do."""

    default = True
    name = "alveole.operators"
    label = "operators"

    def ready(self) -> None:
        """Register each list."""
        from alveole.operators import people, places, traces  # noqa: F401  # they register what they show
        from spheres.slots import slots

        slots.parts["admin"] = _("Administration of the site")
