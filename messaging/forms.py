"""The shape of what people say."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from files.forms import FilesForm
from journal.forms import Text, one_line_end
from messaging.models import LONGEST_BODY, MOST_FILES
from threads.forms import SaidAt

TOO_LONG = _("This is too long: a message has at most %(limit_value)d characters. Cut it in two.")


class Body(Text):
    """Words, as they were typed but for blanks around them."""

    def __init__(self, *, required: bool = True) -> None:
        super().__init__(
            required=required,
            label=_("Your words"),
            max_length=LONGEST_BODY,
            error_messages={"required": _("There is nothing to send."), "max_length": TOO_LONG},
        )


class MessageForm(FilesForm):
    """A new message: `messaging.send.1`."""

    most_files = MOST_FILES

    id = forms.UUIDField()
    body = Body(required=False)
    _said_at = SaidAt(required=False)
    # Who read the sphere when it was written, as its page said; a page of before said nothing.
    _readers = forms.CharField(required=False)

    def clean(self) -> dict[str, Any]:
        """Name the device's time and the readers as the action does."""
        cleaned = super().clean() or {}
        if not self.errors and not (cleaned.get("body") or cleaned.get("files") or cleaned.get("posted")):
            raise forms.ValidationError({"body": _("There is nothing to send.")})
        said_to_everybody = cleaned.pop("_readers", "") == "everybody"
        return {"said_at": cleaned.pop("_said_at", None), "is_for_everybody": said_to_everybody, **cleaned}


class EditForm(forms.Form):
    """Changed words: `messaging.edit.1`; `_seen_body` is what stood there when the person began."""

    body = Body()
    _seen_body = forms.CharField(required=False, strip=False)

    def clean(self) -> dict[str, Any]:
        """Name the seen value as the action does."""
        cleaned = super().clean() or {}
        return {"seen": one_line_end(cleaned.pop("_seen_body", "")), **cleaned}
