"""The shape of what people say about spheres and about themselves in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from spheres.looks import HUE_NAMES, KIND_NAMES, SHAPE_NAMES
from spheres.models import CONTACTS, Context, Role
from spheres.presets import PRESETS, ready_charter
from spheres.slots import slots
from spheres.types import TYPES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SWITCH = [("yes", _("Yes")), ("no", _("No"))]
# What somebody may choose for a sphere of their own; the others are of an organisation.
ALL_TYPES = [(name, preset.label) for name, preset in TYPES.items()]
PRESET_NAMES = [("", ""), *((name, preset.label) for name, preset in PRESETS.items())]
PERSONAL_TYPES = [(name, preset.label) for name, preset in TYPES.items() if preset.is_personal]
NAMELESS = {"required": _("A sphere needs a name.")}
# As people write one, for Python and for browsers alike (`pattern`, which is read with the flag `v`).
TELEPHONE = r"\(?\+?(?:[\s\(\)\.\-\/]*[0-9]){3,20}[\s\(\)\.\-\/]*"
NO_TELEPHONE = _("This is no telephone number. Write its figures, for instance +33 6 12 34 56 78.")
NO_ADDRESS = _("This is no e-mail address. It looks like name@example.org.")


class SphereForm(forms.Form):
    """A new sphere: `spheres.create.1`."""

    id = forms.UUIDField()
    name = forms.CharField(label=_("Its name"), max_length=80, error_messages=NAMELESS)
    founder_name = forms.CharField(label=_("Your name in it"), max_length=80, required=False)
    context = forms.ChoiceField(label=_("What it belongs to"), choices=Context)
    type = forms.ChoiceField(label=_("Who comes in and who writes"), choices=PERSONAL_TYPES)
    hue = forms.ChoiceField(label=_("Colour"), choices=list(HUE_NAMES.items()))
    shape = forms.ChoiceField(label=_("Shape"), choices=list(SHAPE_NAMES.items()))
    shows_history = forms.BooleanField(label=_("Those who come later read what was said before"), required=False)
    # A ready-made one says what it belongs to and who comes in; a page of before had none.
    preset = forms.ChoiceField(label=_("What it is to be"), choices=PRESET_NAMES, required=False)
    has_charter = forms.BooleanField(label=_("Those who come agree to a charter first"), required=False)

    def clean(self) -> dict[str, Any]:
        """Let a ready-made sphere be what it is, and name its charter as the action does."""
        cleaned = super().clean() or {}
        preset = cleaned.pop("preset", "")
        has_charter = cleaned.pop("has_charter", False)
        if preset:
            cleaned |= {"context": PRESETS[preset].context, "type": PRESETS[preset].type}
        if has_charter and "context" in cleaned:
            cleaned["charter"] = ready_charter(preset, cleaned["context"])
        return cleaned


class Tools(forms.Field):
    """Names of tools, several under one name."""

    def __init__(self, label: _StrPromise) -> None:
        super().__init__(label=label, required=False, widget=forms.MultipleHiddenInput)

    def to_python(self, value: Any) -> list[str]:
        """Give those that say something."""
        return [str(one) for one in value or () if one]

    def stored(self, values: list[str]) -> str:
        """Give what a sphere keeps of it: those that were not chosen."""
        return without_all_but(self.to_python(values))

    def worded(self, without: str) -> str:
        """Name the tools that are left where these are switched off."""
        return ", ".join(str(tool.label) for tool in slots.switches if tool.name not in without.split(","))


# Tools that are switched off, by the fields that name those switched on.
BOXES = {"without": "tools", "proposed_without": "proposed_tools"}


def without_all_but(tools: Iterable[str]) -> str:
    """Name the tools to switch off where these are switched on, as a sphere keeps it."""
    return ",".join(sorted({tool.name for tool in slots.switches} - set(tools)))


class SettingsForm(forms.Form):
    """Changed settings: `spheres.settle.1`; `_seen_…` is what stood there when the person began."""

    known_as = BOXES

    name = forms.CharField(label=_("Its name"), max_length=80, error_messages=NAMELESS)
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    hue = forms.ChoiceField(label=_("Colour"), choices=list(HUE_NAMES.items()))
    shape = forms.ChoiceField(label=_("Shape"), choices=list(SHAPE_NAMES.items()))
    context = forms.ChoiceField(label=_("What it belongs to"), choices=Context)
    type = forms.ChoiceField(label=_("Who comes in and who writes"), choices=[("", ""), *ALL_TYPES], required=False)
    # Those that are switched on; an empty one is always there, so that none is something else than a page of before.
    tools = Tools(_("What people do here"))
    members_invite = forms.ChoiceField(label=_("Members invite visitors and guests"), choices=SWITCH)
    shows_history = forms.ChoiceField(label=_("Those who come later read what was said before"), choices=SWITCH)
    # Of a hall alone.
    organisation_kind = forms.ChoiceField(
        label=_("What the organisation is"), choices=list(KIND_NAMES.items()), required=False
    )
    lists_members = forms.ChoiceField(label=_("Its members see each other on a list"), choices=SWITCH, required=False)
    proposed_preset = forms.ChoiceField(label=_("Proposed: what it is to be"), choices=PRESET_NAMES, required=False)
    proposed_type = forms.ChoiceField(
        label=_("Proposed: who comes in and who writes"), choices=ALL_TYPES, required=False
    )
    proposed_tools = Tools(_("Proposed: what people do there"))
    proposed_history = forms.ChoiceField(
        label=_("Proposed: who comes later reads what was said before"), choices=SWITCH, required=False
    )
    proposed_charter = forms.ChoiceField(
        label=_("Proposed: who comes agrees to a charter first"), choices=SWITCH, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Name what is wanted and what was seen as the action does."""
        cleaned = super().clean() or {}
        seen = {name: self.data[f"_seen_{name}"] for name in self.fields if f"_seen_{name}" in self.data}
        without = {name: without_all_but(cleaned.pop(field, [])) for name, field in BOXES.items()}
        # What was not on the form (a hall's type) is not wanted otherwise.
        wanted = {name: value for name, value in cleaned.items() if name in self.data}
        wanted |= {name: value for name, value in without.items() if BOXES[name] in self.data}
        seen |= {name: self.data[f"_seen_{name}"] for name in BOXES if f"_seen_{name}" in self.data}
        return {"wanted": wanted, "seen": seen}


class PresentationForm(forms.Form):
    """How a member appears in the sphere: `spheres.present.1`."""

    name = forms.CharField(
        label=_("My name"), max_length=80, error_messages={"required": _("The others need a name to call you by.")}
    )
    title = forms.CharField(label=_("What I am or do here"), max_length=80, required=False)
    is_named = forms.ChoiceField(
        label=_("Everybody who reads this sphere sees my name"), choices=SWITCH, required=False
    )
    telephone = forms.CharField(
        label=_("Telephone"),
        max_length=32,
        required=False,
        validators=[RegexValidator(rf"^{TELEPHONE}\Z", NO_TELEPHONE)],
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False, error_messages={"invalid": NO_ADDRESS})
    how_to_reach = forms.CharField(label=_("How to reach me"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """Leave alone what a form of before did not ask for, and what the person saw and did not change."""
        cleaned = super().clean() or {}
        asked = {name: value for name, value in cleaned.items() if name not in CONTACTS or name in self.data}
        return {name: value for name, value in asked.items() if not self._is_as_seen(name)}

    def _is_as_seen(self, name: str) -> bool:
        seen = self.data.get(f"_seen_{name}")
        return seen is not None and self.data.get(name) == seen

    def clean_telephone(self) -> str:
        """Write one space where a copied number had another."""
        return " ".join(self.cleaned_data["telephone"].split())

    def clean_is_named(self) -> bool | None:
        """Where not everybody reads, nothing is asked."""
        return {"yes": True, "no": False}.get(self.cleaned_data["is_named"])


class RoleForm(forms.Form):
    """What a member is to be: `spheres.role.1`."""

    role = forms.ChoiceField(label=_("What this person is in the sphere"), choices=Role)


class DepartureForm(forms.Form):
    """The end of a membership: `spheres.end.1`."""

    keeps_posts = forms.ChoiceField(label=_("What was said"), choices=SWITCH, required=False)

    def clean_keeps_posts(self) -> bool:
        """What was said stays, unless somebody wanted it removed."""
        return bool(self.cleaned_data["keeps_posts"] != "no")
