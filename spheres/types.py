"""The types of spheres: each is a name for four settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from spheres.models import Joining, KnownTo, ReadBy, Sphere, StartedBy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DEFAULT = "classic"
SETTINGS = ("known_to", "joining", "read_by", "started_by")
PLAIN = ("name", "description", "hue", "shape", "context", "without")
SWITCHES = ("members_invite", "shows_history")
# What a form may change.
SETTING_NAMES = (*PLAIN, *SWITCHES, "type")
# What an organisation says in the settings of its hall: of which kind it is, whether its members see each other, and
# what it proposes for new spheres of it.
HALL_PLAIN = ("proposed_preset", "proposed_type", "proposed_without")
HALL_SWITCHES = ("lists_members", "proposed_history", "proposed_charter")
# What stands with the organisation itself, by field of it.
OF_ORGANISATION = {"organisation_kind": "kind"}
HALL_SETTING_NAMES = (*OF_ORGANISATION, *HALL_PLAIN, *HALL_SWITCHES)


@dataclass(frozen=True)
class SphereType:
    """Four settings under one name, with the sentence by which a person chooses it."""

    label: _StrPromise
    sentence: _StrPromise
    known_to: KnownTo = KnownTo.MEMBERS
    joining: Joining = Joining.INVITATION
    read_by: ReadBy = ReadBy.MEMBERS
    started_by: StartedBy = StartedBy.MEMBERS

    @property
    def settings(self) -> dict[str, str]:
        """Give the four settings by field of Sphere."""
        return {name: getattr(self, name).value for name in SETTINGS}

    @property
    def is_personal(self) -> bool:
        """Whether somebody may have one of their own, outside any organisation."""
        return self.known_to != KnownTo.ORGANISATION


TYPES = {
    "classic": SphereType(_("Classic"), _("Only its members know it. You invite whom you want.")),
    "visitor": SphereType(
        _("With visitors"),
        _("Only its members know it. Partners and customers may be invited as visitors."),
        joining=Joining.VISITORS,
    ),
    "restricted": SphereType(
        _("For announcing"),
        _("Only its members know it. Those responsible and the publishers write, the others comment."),
        started_by=StartedBy.EDITORS,
    ),
    "open": SphereType(
        _("Open"),
        _("Everybody in the organisation sees it and comes in with one tap."),
        known_to=KnownTo.ORGANISATION,
        joining=Joining.ORGANISATION,
    ),
    "global": SphereType(
        _("Of everybody"),
        _("Everybody in the organisation is in it, newcomers too."),
        known_to=KnownTo.ORGANISATION,
        joining=Joining.AUTOMATIC,
    ),
    "forum": SphereType(
        _("Forum"),
        _("Everybody in the organisation sees it and comes in to ask and to answer."),
        known_to=KnownTo.ORGANISATION,
        joining=Joining.ORGANISATION,
        started_by=StartedBy.QUESTIONS,
    ),
    "public": SphereType(
        _("Public"),
        _("Everybody reads what is written from then on, without account. People come in by invitation, or ask to."),
        known_to=KnownTo.EVERYBODY,
        joining=Joining.REQUEST,
        read_by=ReadBy.EVERYBODY,
    ),
}


def type_of(sphere: Sphere) -> str:
    """Give the name of the type whose settings these are, or nothing where somebody chose their own."""
    settings = {name: getattr(sphere, name) for name in SETTINGS}
    return next((name for name, preset in TYPES.items() if preset.settings == settings), "")


def settings_of(sphere: Sphere) -> dict[str, str]:
    """Give what a form may change, each as the text of its field; a type of its own is nothing."""
    settings = _texts(sphere, PLAIN, SWITCHES) | {"type": type_of(sphere)}
    if not sphere.is_hall:
        return settings
    settings |= {name: getattr(sphere.organisation, field, "") for name, field in OF_ORGANISATION.items()}
    return settings | _texts(sphere, HALL_PLAIN, HALL_SWITCHES)


def _texts(sphere: Sphere, plain: tuple[str, ...], switches: tuple[str, ...]) -> dict[str, str]:
    texts = {name: str(getattr(sphere, name)) for name in plain}
    return texts | {name: "yes" if getattr(sphere, name) else "no" for name in switches}


def stored_setting(name: str, value: str) -> dict[str, str | bool]:
    """Give the fields, of Sphere or of its organisation, with their values, that such a text stands for."""
    if name == "type":
        return dict(TYPES[value].settings) if value else {}
    return {OF_ORGANISATION.get(name, name): value == "yes" if name in (*SWITCHES, *HALL_SWITCHES) else value}
