"""What shows a file: features say to whom, and are told when it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from files.models import File
    from spheres.models import Membership

# Whether something that a membership reads shows a file: `(membership, file_id)`, with the sphere open.
showers: list[Callable[[Membership, UUID], bool]] = []
# Told in the transaction in which a file became ready, or failed.
on_prepared: list[Callable[[File], None]] = []


def is_shown_to(membership: Membership, file_id: UUID) -> bool:
    """Whether anything that the membership reads shows the file."""
    return any(shows(membership, file_id) for shows in showers)
