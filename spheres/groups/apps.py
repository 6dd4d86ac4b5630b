"""Groups as a Django app."""

from django.apps import AppConfig


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

        register(GroupKind())
        register(PlaceKind())
        spheres.on_ended.append(actions.leave_groups)
        spheres.erasers.append(actions.erase_some)
