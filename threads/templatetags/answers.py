"""What templates write of reactions."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.safestring import SafeString

from threads.emoji import EMOJI, Emoji
from threads.mentions import shown
from threads.models import Thing

register = template.Library()


@register.filter
def counted(tally: Mapping[str, int]) -> list[tuple[str, Emoji, int]]:
    """Give the reactions that stand, each with its number, always in one order."""
    return [(name, emoji, tally[name]) for name, emoji in EMOJI.items() if tally.get(name)]


@register.simple_tag
def reactions() -> list[tuple[str, Emoji]]:
    """Give the reactions there are."""
    return list(EMOJI.items())


@register.filter
def words(thing: Thing) -> SafeString:
    """Write the words of a thing, with whom they call."""
    return shown(thing.body, thing.mentions)
