"""The way from a form to an action's arguments."""

from typing import Any

from django import forms

from journal.errors import Invalid

# The form of each command, by its name: what its fields are called, and what may be chosen in them.
SHAPES: dict[str, type[forms.Form]] = {}


def field_of(command: str, name: str) -> forms.Field | None:
    """Give the field of a command's form by its name, or by that under which an action knows what it says."""
    shape = SHAPES.get(command)
    fields: dict[str, forms.Field] = getattr(shape, "base_fields", {})
    return fields.get(getattr(shape, "known_as", {}).get(name, name))


def label_of(command: str, name: str) -> str:
    """Say what a command's form calls a field; nothing where it says nothing."""
    field = field_of(command, name)
    return str(field.label or "") if field else ""


def is_one_of_several(command: str) -> bool:
    """Whether a command's form has more than one field with a name: only then does it help to say which."""
    shape = SHAPES.get(command)
    fields: dict[str, forms.Field] = getattr(shape, "base_fields", {})
    return sum(bool(field.label) for field in fields.values()) > 1


def worded(command: str, name: str, value: str) -> str:
    """Say a value as the form does: what was chosen from a list by its label, anything else as it is."""
    field = field_of(command, name)
    in_words = getattr(field, "worded", None)
    if in_words is not None:
        return str(in_words(value))
    choices = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return choices.get(value, value)


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
