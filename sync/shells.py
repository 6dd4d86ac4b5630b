"""Shells: every page with nothing of any object in it, and the pattern of its addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from journal.kinds import close_set
from spheres.models import Membership

ID = "[0-9a-f-]{36}"


@dataclass(frozen=True)
class PageRoute:
    """A page of the URLconf: its name, the names of its ids in order, and whether it lies in a sphere."""

    name: str
    ids: tuple[str, ...]
    is_inside: bool
    page: Any

    def blank_ids(self) -> dict[str, UUID]:
        """Give the ids that stand in the shell: the Nth is number N."""
        return {name: UUID(int=number) for number, name in enumerate(self.ids, start=1)}


@cache
def page_routes() -> tuple[PageRoute, ...]:
    """Find the pages by walking the URLconf."""
    return tuple(_walk(get_resolver(), "", []))


def _walk(resolver: URLResolver, namespace: str, converters: list[str]) -> Iterator[PageRoute]:
    for entry in resolver.url_patterns:
        names = [*converters, *entry.pattern.converters]
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, inner, names)
        elif isinstance(entry, URLPattern):
            page = getattr(entry.callback, "page", None) or entry.callback
            if hasattr(page, "shell"):
                ids = tuple(name for name in names if name != "slug")
                yield PageRoute(f"{namespace}{entry.name}", ids, "slug" in names, page)


def shells(request: Any) -> list[dict[str, str]]:
    """Render the shells of the open sphere, or of the pages outside spheres."""
    membership = getattr(request, "membership", None)
    slug = {"slug": membership.sphere.slug} if membership else {}
    return [
        {
            "name": route.name,
            "pattern": _pattern(reverse(route.name, kwargs={**slug, **route.blank_ids()}), len(route.ids)),
            "html": render_shell(request, route),
            **({"first": "network"} if getattr(route.page, "is_live", False) else {}),
        }
        for route in page_routes()
        if route.is_inside == bool(membership) and _is_kept(route, request, membership)
    ]


def _is_kept(route: PageRoute, request: Any, membership: Membership | None) -> bool:
    # What the sphere does without leads elsewhere, which a device could not know offline.
    if membership is not None and not membership.sphere.has_tool(route.name.partition(":")[0]):
        return False
    is_kept_by = getattr(route.page, "is_kept_by", None)
    return is_kept_by is None or bool(is_kept_by(request.user, membership))


def render_shell(request: HttpRequest, route: PageRoute) -> str:
    """Render one shell for the person who asks."""
    request.shell_of = route.name  # type: ignore[attr-defined]  # read by the context processor
    html: str = route.page.shell(request, route.blank_ids())
    return close_set(html)


def _pattern(address: str, ids: int) -> str:
    pattern = re.escape(address)
    for number in range(1, ids + 1):
        pattern = pattern.replace(re.escape(str(UUID(int=number))), f"({ID})")
    return f"^{pattern}$"
