"""The way from a form to an action's arguments."""

from typing import Any

from django import forms

from journal.errors import Invalid


def cleaned(form: forms.Form) -> dict[str, Any]:
    """Give what a form cleaned. Raises Invalid with a sentence for each field that has not the right shape."""
    if form.is_valid():
        return form.cleaned_data
    raise Invalid({name: [str(said) for said in errors] for name, errors in form.errors.items()})
