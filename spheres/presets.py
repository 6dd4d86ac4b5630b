"""Ready-made spheres: what somebody who begins one most often means, with a charter to begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Preset:
    """A context and a type under one name, the sentence by which a person chooses it, and its charter."""

    label: _StrPromise
    sentence: _StrPromise
    context: str
    type: str
    charter: tuple[_StrPromise, ...]

    @property
    def text(self) -> str:
        """Give the charter in the reader's language."""
        return "\n\n".join(str(part) for part in self.charter)


TELLS = _("Whoever sees something that should not be here tells those responsible.")
PRESETS = {
    "family": Preset(
        _("A family"),
        _("Among yourselves, grandparents and all. Only those you invite know of it."),
        "family",
        "classic",
        (
            _("We are among ourselves here. What is said and shown stays in the family: nobody passes it on unasked."),
            _("Photos of children are shown by their parents, or with their yes."),
            _("Nobody has to answer at once, or at all."),
        ),
    ),
    "club": Preset(
        _("A club or an association"),
        _("Its members, its meetings, what has to be done. Only those you invite know of it."),
        "association",
        "classic",
        (
            _("We are here for what our association does, and speak to each other as we would in a room."),
            _("What members write about themselves stays here. Lists of members serve the association's own work."),
            TELLS,
        ),
    ),
    "site": Preset(
        _("A building site"),
        _("The crew, and visitors: other trades, the architect, the customer."),
        "work",
        "visitor",
        (
            _("What is dangerous is said at once: by voice to whoever is near, and here to everybody."),
            _("Photos show the work. Whoever can be recognised on one was asked."),
            _("Nobody is expected to read or answer outside their hours of work."),
            _("Visitors of other companies read along: we write accordingly."),
        ),
    ),
    "project": Preset(
        _("A project"),
        _("Some colleagues and one thing to do. Only those you invite know of it."),
        "work",
        "classic",
        (
            _("We are here to work together. What is said here stays here, unless we agree to show it to others."),
            _("Nobody is expected to read or answer outside their hours of work."),
            _("We speak of people as if they read it."),
            TELLS,
        ),
    ),
}
# What an organisation of a kind most often begins with comes first.
FIRST = {
    "company": ("project", "site"),
    "association": ("club", "project"),
    "school": ("project", "club"),
    "family": ("family", "club"),
}
PERSONAL = ("family", "club", "project", "site")
BY_CONTEXT = {"family": "family", "association": "club", "work": "project"}


def proposed(kind: str) -> list[tuple[str, Preset]]:
    """Give all presets by name: first what an organisation of this kind ("" for none: a person) begins with."""
    first = FIRST.get(kind, PERSONAL)
    return [(name, PRESETS[name]) for name in (*first, *(name for name in PERSONAL if name not in first))]


def ready_charter(preset: str, context: str) -> str:
    """Give the charter to begin with, of a preset or of whatever else a context holds, in the reader's language."""
    return PRESETS[preset or BY_CONTEXT[context]].text
