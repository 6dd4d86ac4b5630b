"""What invitations contribute."""

from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    """Invitations into a sphere, and requests to come in."""

    name = "spheres.invitations"
    label = "invitations"

    def ready(self) -> None:
        """Register the kinds."""
        from journal.kinds import register
        from spheres.actions import erasers, on_settled
        from spheres.invitations.actions import erase_some, keep_door
        from spheres.invitations.rows import InvitationKind, MailingKind, RequestKind
        from spheres.invitations.tokens import door_to
        from spheres.slots import slots

        register(InvitationKind())
        register(RequestKind())
        register(MailingKind())
        on_settled.append(keep_door)
        erasers.append(erase_some)
        slots.ways_in.append(door_to)
