"""Who is called by name in words: `@` and what somebody, or a group, is called in the sphere, in any capitals.

What stands in the words is what counts, whoever or whatever put it there; two of one name are both called.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString

from journal.models import Entry
from spheres.groups.models import Group, Place
from spheres.models import Membership
from threads.models import Comment

if TYPE_CHECKING:
    from spheres.querysets import MembershipQuerySet
    from threads.models import Thing

# A name and whom it calls; a group's is nobody's own.
Mentions = dict[str, list[str]]
LONGEST_NAME = 80
# Not within an address of any kind.
SIGN = re.compile(r"(?:^|(?<=[\s(\[«\"'’,;:!?*_~]))@@?", re.MULTILINE)


def mentioned_in(author: Membership, thing: Thing, body: str) -> Mentions:
    """Find who is called by `author` in words that a thing says, or will say.

    Only whom the author is told of: what becomes of a name would tell who else is there.
    """
    signs = [found.end() for found in SIGN.finditer(body)]
    if not signs:
        return {}
    callable_by: dict[str, list[str]] = {}
    for pk, name in _readers(author, thing).values_list("pk", "name"):
        callable_by.setdefault(name.casefold(), []).append(str(pk))
    groups = Group.objects.readable_by(author).values_list("name", flat=True)
    names = {*callable_by, *(name.casefold() for name in groups)}
    found: Mentions = {}
    for start in signs:
        said = _name_at(body[start : start + LONGEST_NAME + 1], names)
        if said:
            found[said] = callable_by.get(said.casefold(), [])
    return found


def _name_at(text: str, names: set[str]) -> str:
    # As it was typed: in small letters it may be longer.
    for end in range(min(len(text), LONGEST_NAME), 0, -1):
        if not text[end : end + 1].isalnum() and text[:end].casefold() in names:
            return text[:end]
    return ""


def called_by(author: Membership, thing: Thing, mentions: Mentions) -> list[Membership]:
    """Give those who are called, by their own name or by that of a group of theirs, among those who read a thing."""
    ids = {UUID(one) for who in mentions.values() for one in who}
    folded = {name.casefold() for name in mentions}
    groups = Group.objects.readable_by(author).values_list("pk", "name")
    named = [pk for pk, name in groups if name.casefold() in folded]
    ids.update(Place.objects.whole().filter(group__in=named).values_list("membership", flat=True))
    return list(_readers(author, thing).filter(pk__in=ids).with_sphere().order_by("pk"))


def _readers(author: Membership, thing: Thing) -> MembershipQuerySet:
    reads = {"readers__journal": thing.journal_id, "readers__until": None}
    # What answers a thing is read by whoever reads that.
    of = thing.within.object_id if isinstance(thing, Comment) else thing.pk
    entry = Entry.objects.current().filter(journal_id=thing.journal_id, object_id=of).first()
    # Who came after it does not learn that there is something; what is not told yet is read by everybody.
    since = {"readers__since__lt": entry.first} if entry else {}
    return Membership.objects.told_to(author).filter(**reads, **since)


def with_mentions(body: str, mentions: Mentions) -> SafeString:
    """Write words as HTML with links and whom they call; a device writes the name of now over a member's."""
    if not mentions:
        return _with_links(body)
    names = "|".join(re.escape(name) for name in sorted(mentions, key=len, reverse=True))
    parts: list[SafeString] = []
    end = 0
    for found in re.finditer(f"({SIGN.pattern})({names})(?![^\\W_])", body, re.MULTILINE):
        who = mentions[found[2]]
        name = format_html('<span data-author-name="{}">{}</span>', who[0] if len(who) == 1 else "", found[2])
        parts += [_with_links(body[end : found.start()]), format_html('<b class="mention">@{}</b>', name)]
        end = found.end()
    return SafeString("".join([*parts, _with_links(body[end:])]))


def _with_links(text: str) -> SafeString:
    return SafeString(urlize(text, autoescape=True))
