"""What can be wrong with a command: one exception per meaning, each with a sentence for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _


class Unanswerable(Exception):
    """A command that changes nothing; `status` is its HTTP status, `sentence` what the person is told."""

    status = 403

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields: dict[str, list[str]] = {}


class Refused(Unanswerable):
    """A rule says no. Final: the receipt keeps the sentence."""


class Conflict(Unanswerable):
    """The identifier is taken by something else (`field` names it), or the command was used with other content."""

    status = 409

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        if field:
            self.fields = {field: [sentence]}


class Invalid(Unanswerable):
    """The fields have not the right shape; `fields` maps each to its sentences."""

    status = 422

    def __init__(self, fields: Mapping[str, Sequence[str]], sentence: str = "") -> None:
        first = next((said[0] for said in fields.values() if said), "")
        super().__init__(sentence or first or _("Something in the form is not right."))
        self.fields = {name: list(said) for name, said in fields.items()}


class TooLarge(Unanswerable):
    """More than the site takes at once. Nothing of it was read, and no session could make it smaller."""

    status = 413


@dataclass(frozen=True)
class Divergence:
    """One field that two people changed: what was seen, what stands now, who wrote it and when."""

    seen: str
    theirs: str
    by: str
    at: datetime


class Stale(Unanswerable):
    """Somebody changed the same field meanwhile; both values are shown and nothing is lost."""

    status = 409

    def __init__(self, fields: Mapping[str, Divergence]) -> None:
        super().__init__(_("Somebody changed this at the same time. Both versions are kept: choose one."))
        self.versions = dict(fields)
