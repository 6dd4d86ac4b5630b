"""The shape of a group."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from spheres.groups.models import Group


class Ids(forms.Field):
    """Several ids under one name, or in one text between commas; possibly none."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.MultipleHiddenInput)

    def to_python(self, value: Any) -> list[UUID]:
        """Read them. Raises ValidationError for what is none."""
        try:
            return [UUID(one) for text in value or () for one in text.split(",") if one]
        except ValueError as wrong:
            raise ValidationError(_("Choose people from the list.")) from wrong


class GroupForm(forms.Form):
    """What a group is called, what it may and who is in it."""

    name = forms.CharField(
        label=_("Its name"),
        max_length=Group._meta.get_field("name").max_length,
        error_messages={"required": _("A group needs a name to be called by.")},
    )
    begins = forms.BooleanField(
        label=_("Whoever is in it writes where only those responsible and the publishers do"), required=False
    )
    members = Ids()


class NewGroupForm(GroupForm):
    """A new one: `groups.make.1`."""

    id = forms.UUIDField()


class ChangedGroupForm(GroupForm):
    """A changed one: `groups.change.1`; `_seen_…` is what stood there when the person began."""

    _seen_members = Ids()

    def clean(self) -> dict[str, Any]:
        """Name those who were seen as the action does, and leave alone what the person did not change."""
        cleaned = super().clean() or {}
        seen = cleaned.pop("_seen_members", [])
        for name in ("name", "begins"):
            if self.data.get(f"_seen_{name}") == self.data.get(name, ""):
                cleaned.pop(name, None)
        return {"seen": seen, **cleaned}
