"""Who is called by name in words: `@` and what somebody, or a group, is called in the sphere, in any capitals.

What stands in the words is what counts, whoever or whatever put it there; two of one name are both called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString

from spheres.groups.models import Group, Place
from spheres.models import Membership

if TYPE_CHECKING:
    from spheres.models import Sphere

# A name and whom it calls; a group's is nobody's own.
Mentions = dict[str, list[str]]
LONGEST_NAME = 80
# Not within an address of any kind.
SIGN = re.compile(r"(?:^|(?<=[\s(\[«\"'’,;:!?*_~]))@@?", re.MULTILINE)


def mentioned_in(body: str, sphere: Sphere, journal_id: UUID) -> Mentions:
    """Find who of those that read a journal is called in words that stand in it."""
    signs = [found.end() for found in SIGN.finditer(body)]
    if not signs:
        return {}
    callable_by: dict[str, list[str]] = {}
    readers = Membership.objects.in_sphere(sphere.pk).filter(readers__journal=journal_id, readers__until=None)
    for pk, name in readers.values_list("pk", "name"):
        callable_by.setdefault(name.casefold(), []).append(str(pk))
    groups = Group.objects.standing().filter(sphere=sphere).values_list("name", flat=True)
    names = sorted({*callable_by, *(name.casefold() for name in groups)}, key=len, reverse=True)
    found: Mentions = {}
    for start in signs:
        said = _name_at(body[start : start + LONGEST_NAME + 1], names)
        if said:
            found[said] = callable_by.get(said.casefold(), [])
    return found


def _name_at(text: str, names: Iterable[str]) -> str:
    folded = text.casefold()
    for name in names:
        after = folded[len(name) : len(name) + 1]
        if folded.startswith(name) and not after.isalnum():
            return text[: len(name)]
    return ""


def called_by(mentions: Mentions, sphere: Sphere, journal_id: UUID) -> list[Membership]:
    """Give those who are called, by their own name or by that of a group of theirs, among those who read a journal."""
    ids = {UUID(one) for who in mentions.values() for one in who}
    folded = {name.casefold() for name in mentions}
    groups = [pk for pk, name in Group.objects.standing().values_list("pk", "name") if name.casefold() in folded]
    ids.update(Place.objects.whole().filter(group__in=groups).values_list("membership", flat=True))
    readers = Membership.objects.in_sphere(sphere.pk).filter(readers__journal=journal_id, readers__until=None)
    return list(readers.filter(pk__in=ids).with_sphere().order_by("pk"))


def with_mentions(body: str, mentions: Mentions) -> SafeString:
    """Write words as HTML with links and whom they call; a device writes the name of now over a member's."""
    if not mentions:
        return _with_links(body)
    names = "|".join(re.escape(name) for name in sorted(mentions, key=len, reverse=True))
    parts: list[SafeString] = []
    end = 0
    for found in re.finditer(f"({SIGN.pattern})({names})(?!\\w)", body, re.MULTILINE):
        who = mentions[found[2]]
        name = format_html('<span data-author-name="{}">{}</span>', who[0] if len(who) == 1 else "", found[2])
        parts += [_with_links(body[end : found.start()]), format_html('<b class="mention">@{}</b>', name)]
        end = found.end()
    return SafeString("".join([*parts, _with_links(body[end:])]))


def _with_links(text: str) -> SafeString:
    return SafeString(urlize(text, autoescape=True))
