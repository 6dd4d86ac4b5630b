"""The shape of what people say about how they, or their sphere, are seen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from files.forms import FilesForm


class PortraitForm(FilesForm):
    """One picture: `portraits.choose.1`, `portraits.choose_logo.1`."""

    most_files = 1

    def clean(self) -> dict[str, Any]:
        """Ask for a picture."""
        cleaned = super().clean()
        if not self.errors and not (cleaned["files"] or cleaned["posted"]):
            self.add_error(None, forms.ValidationError(_("Choose a picture first.")))
        return {"files": cleaned["files"], "posted": cleaned["posted"]}
