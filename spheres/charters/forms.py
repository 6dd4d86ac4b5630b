"""The shape of a charter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from spheres.charters.models import LONGEST_CHARTER


class CharterForm(forms.Form):
    """A text to agree to: `charters.publish.1`; `_seen_text` is what stood there when the person began."""

    text = forms.CharField(
        max_length=LONGEST_CHARTER,
        required=False,
        error_messages={"max_length": _("A charter has at most %(limit_value)d characters: shorten it.")},
    )
    _seen_text = forms.CharField(required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        """Name the seen value as the action does, with one kind of line end: browsers send CRLF."""
        cleaned = super().clean() or {}
        seen = cleaned.pop("_seen_text", "")
        return {name: text.replace("\r\n", "\n") for name, text in {**cleaned, "seen": seen}.items()}
