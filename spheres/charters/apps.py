"""Charters as a Django app."""

from django.apps import AppConfig


class ChartersConfig(AppConfig):
    """What the people of a sphere agree to."""

    name = "spheres.charters"
    label = "charters"

    def ready(self) -> None:
        """Register the kinds, and lay the charter before whoever comes."""
        from journal.kinds import register
        from spheres import actions as spheres
        from spheres.charters import actions
        from spheres.charters.rows import AcceptanceKind, CharterKind

        register(CharterKind())
        register(AcceptanceKind())
        spheres.on_chartered.append(actions.publish_first)
        spheres.on_joined.append(actions.lay_before_newcomer)
        spheres.on_assigned.append(actions.hold)
        spheres.erasers.append(actions.erase_some)
