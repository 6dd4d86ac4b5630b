"""The shape of a charter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from journal.forms import Text
from spheres.charters.models import LONGEST_CHARTER


class CharterForm(forms.Form):
    """A text to agree to: `charters.publish.1`; `_seen_text` is what stood there when the person began."""

    text = Text(
        label=_("What everybody here agrees to"),
        max_length=LONGEST_CHARTER,
        required=False,
        error_messages={"max_length": _("A charter has at most %(limit_value)d characters: shorten it.")},
    )
    _seen_text = Text(required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        """Name the seen value as the action does."""
        cleaned = super().clean() or {}
        return {"seen": cleaned.pop("_seen_text", ""), **cleaned}
