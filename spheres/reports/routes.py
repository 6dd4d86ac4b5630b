"""Every address at which a stranger may ask, found by walking the URLconf: a new one is asked about by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

GAP = re.compile(r"<(?:(\w+):)?(\w+)>")
# Without a namespace: the pages of signing in.
UNNAMED = "account"


@dataclass(frozen=True)
class Route:
    """An address, perhaps with gaps: the part of the site that it belongs to, and the view behind it."""

    namespace: str
    pattern: str
    view: Any

    @property
    def is_of_something(self) -> bool:
        """Whether it names something of a sphere, and so is nowhere to a stranger."""
        return GAP.search(self.pattern) is not None

    @property
    def is_asked(self) -> bool:
        """Whether somebody outside can fill its gaps; a link that was handed over tells by design."""
        return all(_is_filled(kind, name) for kind, name in GAP.findall(self.pattern))

    @property
    def nouns(self) -> list[str]:
        """Name the things whose ids it holds."""
        return [name.removesuffix("_id") for kind, name in GAP.findall(self.pattern) if kind == "uuid"]

    @property
    def command(self) -> str:
        """Name the command that it takes, if any."""
        commands: tuple[str, ...] = getattr(self.view, "commands", ())
        return next(iter(commands), "")

    @property
    def is_public(self) -> bool:
        """Whether everybody sees the page where the sphere is public."""
        return bool(getattr(self.view, "public", ""))

    @property
    def shown(self) -> str:
        """Write the address for a person."""
        return "/" + GAP.sub("…", self.pattern)


def is_slug(kind: str, name: str) -> bool:
    """Whether a gap is that of a sphere's slug."""
    return "slug" in (kind, name)


def _is_filled(kind: str, name: str) -> bool:
    return is_slug(kind, name) or kind in {"uuid", "path"}


def routes() -> list[Route]:
    """Give the routes that are asked about."""
    found = [Route(namespace, pattern, view) for namespace, pattern, view in _walk(get_resolver(), "", "")]
    return [route for route in found if route.is_asked]


def _walk(resolver: URLResolver, namespace: str, before: str) -> Iterator[tuple[str, str, Any]]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, namespace or entry.namespace or "", pattern)
        elif isinstance(entry, URLPattern):
            yield namespace or UNNAMED, pattern, entry.callback
