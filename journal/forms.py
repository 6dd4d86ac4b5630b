"""The way from a form to an action's arguments."""

from typing import Any

from django import forms

from journal.errors import Invalid


class Text(forms.CharField):
    """Words with one kind of line end: browsers send CRLF, and count it as one character, where devices do not."""

    def to_python(self, value: Any) -> str:
        """Give the words."""
        return one_line_end(super().to_python(value) or "")


def one_line_end(text: str) -> str:
    """Write every line end as LF."""
    return text.replace("\r\n", "\n")


def cleaned(form: forms.Form) -> dict[str, Any]:
    """Give what a form cleaned. Raises Invalid with a sentence for each field that has not the right shape."""
    if form.is_valid():
        return form.cleaned_data
    raise Invalid({name: [str(said) for said in errors] for name, errors in form.errors.items()})
