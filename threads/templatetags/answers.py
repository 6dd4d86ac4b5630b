"""What templates write of reactions."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from journal.ids import NOBODY
from journal.kinds import close_set
from threads.emoji import EMOJI, Emoji
from threads.markdown import shown
from threads.models import Thing
from threads.subjects import subjects

register = template.Library()


@register.filter
def counted(tally: Mapping[str, int]) -> list[tuple[str, Emoji, int]]:
    """Give the reactions that stand, each with its number, always in one order."""
    return [(name, emoji, tally[name]) for name, emoji in EMOJI.items() if tally.get(name)]


@register.simple_tag
def reactions() -> list[tuple[str, Emoji]]:
    """Give the reactions there are."""
    return list(EMOJI.items())


@register.simple_tag(takes_context=True)
def menus(context: Context) -> SafeString:
    """Write the menus of rows, of no thing yet: the device draws one for the row whose it is opened for."""
    kinds = [kind for kind, subject in subjects.items() if subject.menu]
    return format_html_join(
        "",
        '<template data-menu="{}" data-of="{}">{}</template>',
        ((kind, NOBODY, menu(context, kind, NOBODY)) for kind in kinds),
    )


@register.simple_tag(takes_context=True)
def menu(context: Context, kind: str, object_id: UUID) -> SafeString:
    """Write the menu of one thing."""
    subject, sphere = subjects[kind], context["sphere"]
    said = {"facts": subject.places(sphere.slug, object_id), "sphere": sphere, "object_id": object_id}
    return SafeString(close_set(get_template(subject.menu).render(said).strip()))


@register.filter
def words(thing: Thing) -> SafeString:
    """Write the words of a thing, with whom they call."""
    return shown(thing.body, thing.mentions)
