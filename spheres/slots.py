"""Where features meet: navigation, the tools of a sphere, the lists on its page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import _StrPromise

    from spheres.models import Sphere
    from spheres.pages import Many


@dataclass(frozen=True)
class Place:
    """An entry of a navigation bar; `order` says where it stands."""

    label: _StrPromise
    url_name: str
    icon: str
    order: int = 50


@dataclass(frozen=True)
class Tool:
    """What a sphere can do without: the namespace of its addresses, and what it is called."""

    name: str
    label: _StrPromise


@dataclass(frozen=True)
class Card:
    """A list that a tool shows on the page of a sphere, with the sentence for when it is empty."""

    label: _StrPromise
    empty: _StrPromise
    rows: Many
    order: int = 50
    tool: str = ""


@dataclass
class Slots:
    """What the installed features bring."""

    navigation: list[Place] = field(default_factory=list)
    tools: list[Place] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    switches: list[Tool] = field(default_factory=list)
    # What the parts of the site are called, by the namespace of their addresses.
    parts: dict[str, _StrPromise] = field(default_factory=dict)
    # Templates that features add to one's own page of a sphere, and to its settings.
    member_parts: list[str] = field(default_factory=list)
    settings_parts: list[str] = field(default_factory=list)
    # Give the address at which somebody asks to come into a public sphere, or nothing.
    ways_in: list[Callable[[Sphere], str]] = field(default_factory=list)


slots = Slots()
