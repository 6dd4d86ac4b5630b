"""Groups as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroupsConfig(AppConfig):
    """Named sets of a sphere's members."""

    name = "spheres.groups"
    label = "groups"

    def ready(self) -> None:
        """Register the kinds, and follow who leaves."""
        from journal.kinds import register
        from spheres import actions as spheres
        from spheres.groups import actions
        from spheres.groups.rows import GroupKind, PlaceKind
        from spheres.slots import Tool, slots

        register(GroupKind())
        register(PlaceKind())
        slots.switches.append(Tool("groups", _("Groups")))
        spheres.on_ended.append(actions.leave_groups)
        spheres.erasers.append(actions.erase_some)
