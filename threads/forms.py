"""The shape of answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from journal.forms import Text, one_line_end
from threads.emoji import EMOJI
from threads.models import LONGEST_COMMENT, LONGEST_WORDS, Reason

TOO_LONG = _("This is too long: an answer has at most %(limit_value)d characters. Cut it in two.")


class ReactionForm(forms.Form):
    """Which reaction: `threads.react.1`; a button in a row says it in its address."""

    of = forms.ChoiceField(
        choices=[(name, name) for name in EMOJI],
        error_messages={"required": _("Choose a reaction."), "invalid_choice": _("Choose a reaction.")},
    )


class ReportForm(forms.Form):
    """Why a thing is reported: `threads.report.1`."""

    id = forms.UUIDField()
    reason = forms.ChoiceField(
        label=_("Why"),
        choices=Reason.choices,
        error_messages={"required": _("Say why."), "invalid_choice": _("Say why.")},
    )
    words = forms.CharField(label=_("What they should know (if you like)"), required=False, max_length=LONGEST_WORDS)


class SaidAt(forms.IntegerField):
    """A device's time in milliseconds since 1970 (UTC), as a moment; nonsense counts as none."""

    def clean(self, value: Any) -> datetime | None:
        """Give the moment."""
        try:
            return datetime.fromtimestamp(int(value) / 1000, UTC)
        except (TypeError, ValueError, OverflowError, OSError):
            return None


class Said(Text):
    """Words, as they were typed but for blanks around them."""

    def __init__(self) -> None:
        missing = {"required": _("There is nothing to send."), "max_length": TOO_LONG}
        super().__init__(label=_("Your words"), max_length=LONGEST_COMMENT, error_messages=missing)


class CommentForm(forms.Form):
    """A new comment: `threads.comment.1`."""

    id = forms.UUIDField()
    body = Said()
    _said_at = SaidAt(required=False)
    # Who read the sphere when it was written, as its page said; a page of before said nothing.
    _readers = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        """Name the device's time and the readers as the action does."""
        cleaned = super().clean() or {}
        cleaned["is_for_everybody"] = cleaned.pop("_readers", "") == "everybody"
        cleaned["said_at"] = cleaned.pop("_said_at", None)
        return cleaned


class EditForm(forms.Form):
    """Changed words: `threads.edit.1`; `_seen_body` is what stood there when the person began."""

    body = Said()
    _seen_body = forms.CharField(required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        """Name the seen value as the action does."""
        cleaned = super().clean() or {}
        cleaned["seen"] = one_line_end(cleaned.pop("_seen_body", ""))
        return cleaned
