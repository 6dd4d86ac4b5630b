"""The shape of answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from threads.emoji import EMOJI


class ReactionForm(forms.Form):
    """Which reaction: `threads.react.1`; a button in a row says it in its address."""

    of = forms.ChoiceField(
        choices=[(name, name) for name in EMOJI],
        error_messages={"required": _("Choose a reaction."), "invalid_choice": _("Choose a reaction.")},
    )
