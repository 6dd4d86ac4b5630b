"""What forms about spheres let a person choose from, in their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django import template

from spheres.looks import HUE_NAMES, KIND_NAMES, SHAPE_NAMES
from spheres.models import Context, Role, Sphere
from spheres.pages import LiveList
from spheres.presets import Preset, proposed, ready_charter
from spheres.slots import Tool, slots
from spheres.types import TYPES, SphereType

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

register = template.Library()


@register.simple_tag
def hues() -> Iterable[tuple[str, _StrPromise]]:
    """Give the twelve hues with their names."""
    return HUE_NAMES.items()


@register.simple_tag
def shapes() -> Iterable[tuple[str, _StrPromise]]:
    """Give the eight shapes with their names."""
    return SHAPE_NAMES.items()


@register.simple_tag
def organisation_kinds() -> Iterable[tuple[str, _StrPromise]]:
    """Give what an organisation may be."""
    return KIND_NAMES.items()


@register.simple_tag
def contexts() -> Iterable[tuple[str, _StrPromise]]:
    """Give what a sphere may be a part of."""
    return [(context.value, context.label) for context in Context]


@register.simple_tag
def roles() -> Iterable[tuple[str, _StrPromise]]:
    """Give the roles that one member gives another; a guest comes by a link."""
    return [(role.value, role.label) for role in Role if role != Role.GUEST]


@register.simple_tag
def sphere_types(personal: bool) -> Iterable[tuple[str, SphereType]]:
    """Give the types that a sphere may have: every one, or those outside organisations."""
    return [(name, preset) for name, preset in TYPES.items() if preset.is_personal or not personal]


@register.simple_tag
def presets(kind: str) -> Iterable[tuple[str, Preset]]:
    """Give the ready-made spheres, first what an organisation of this kind most often begins with."""
    return proposed(kind)


@register.simple_tag
def tools_of(sphere: Sphere) -> Iterable[tuple[Tool, bool]]:
    """Give what a sphere can do without, and whether it has it."""
    return tools_but(sphere.without)


@register.simple_tag
def tools_but(without: str) -> list[tuple[Tool, bool]]:
    """Give what a sphere can do without, and whether it has it where these are switched off."""
    return [(tool, tool.name not in without.split(",")) for tool in slots.switches]


@register.simple_tag
def has_tool(sphere: Sphere, name: str) -> bool:
    """Whether a tool is switched on in a sphere."""
    return sphere.has_tool(name)


@register.simple_tag
def members_of(places: LiveList | None, members: LiveList) -> list[str]:
    """Give the ids of those who are in a group and on the list to choose from; nobody's where there is none yet."""
    offered = {str(row.id) for row in members.rows}
    chosen = [str(row.facts["member"]) for row in places.rows] if places else []
    return [member for member in chosen if member in offered]


@register.simple_tag
def part_of_site(name: str) -> object:
    """Give what people call a part of the site; its own name where nobody said."""
    return slots.parts.get(name, name)


@register.simple_tag
def charter_for(context: str) -> str:
    """Give a charter to begin with."""
    return ready_charter("", context)


@register.simple_tag
def fact(facts: Mapping[str, object], name: str) -> object:
    """Give one fact by a name that the template holds in a variable; nothing in a shell."""
    return facts.get(name, "")
