"""The files of a form: sent before and named by id, or posted with it by a browser without script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from files.models import LONGEST_ALT


class FilesForm(forms.Form):
    """A form with `file`, as often as there are files, and `alt`, what each of them shows, in the same order.

    Cleaned: `files` (ids), `posted` (UploadedFiles), `alts`.
    """

    most_files = 20

    def clean(self) -> dict[str, Any]:
        """Read the files, none of them twice. Raises ValidationError for what is no file, or too many."""
        cleaned = super().clean() or {}
        named: list[str] = self.data.getlist("file") if hasattr(self.data, "getlist") else []
        posted: list[UploadedFile[bytes]] = self.files.getlist("file") if hasattr(self.files, "getlist") else []
        try:
            ids = list(dict.fromkeys(UUID(one) for one in named if one))
        except ValueError:
            ids = []
            self.add_error(None, forms.ValidationError(_unknown()))
        if len(ids) + len(posted) > self.most_files:
            self.add_error(None, forms.ValidationError(_too_many(self.most_files)))
        said: list[str] = self.data.getlist("alt") if hasattr(self.data, "getlist") else []
        # No database that we know keeps this sign in a text.
        alts = [alt.replace("\0", "").strip()[:LONGEST_ALT] for alt in said]
        return {**cleaned, "files": ids, "posted": posted, "alts": alts}


def _unknown() -> str:
    return _("A file did not arrive. Choose it again and send it once more.")


def _too_many(most: int) -> str:
    return ngettext("At most %d file goes with it.", "At most %d files go with it.", most) % most
