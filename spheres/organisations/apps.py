"""Organisations as a Django app."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """The hall of an organisation, and what it offers."""

    name = "spheres.organisations"
    label = "organisations"

    def ready(self) -> None:
        """Register the kind, and follow who comes, who goes and which spheres are there."""
        from journal.kinds import register
        from spheres import actions as spheres
        from spheres.organisations import actions
        from spheres.organisations.rows import HoldingKind, OfferKind

        register(HoldingKind())
        register(OfferKind())
        spheres.on_joined.append(actions.belong)
        spheres.on_assigned.append(actions.join_the_hall)
        spheres.on_assigned.append(actions.relieve)
        spheres.on_ended.append(actions.part)
        spheres.on_settled.append(actions.hold)
        spheres.erasers.append(actions.erase_some)
        spheres.on_settled.append(actions.offer)
