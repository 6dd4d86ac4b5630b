"""Kinds: how a thing is shown, to everybody alike, and which facts travel with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import models
from django.template.loader import get_template

M = TypeVar("M", bound=models.Model)
Facts = dict[str, Any]
Key = tuple[UUID, UUID]


@dataclass(frozen=True)
class Row:
    """One thing's rendered HTML with its facts, as journal `journal` tells it in number `n`; gone: a tombstone."""

    journal: UUID
    n: int
    first: int
    scope: UUID | None
    kind: str
    id: UUID
    parent: UUID | None
    order: int | str
    html: str
    facts: Facts
    is_gone: bool = False

    def wire(self) -> dict[str, Any]:
        """Give the record that feed, hub and answers carry."""
        record: dict[str, Any] = {
            "j": str(self.journal),
            "n": self.n,
            "f": self.first,
            "s": str(self.scope) if self.scope else None,
            "k": self.kind,
            "id": str(self.id),
            "p": str(self.parent) if self.parent else None,
            "o": self.order,
        }
        kind = _by_name.get(self.kind)
        # What a device does not hold, it is not to hold alone, with nothing of what stood around it.
        changed = {"w": 1} if kind is not None and kind.window is not None and self.n != self.first else {}
        return record | ({"gone": True} if self.is_gone else {"html": self.html, "facts": self.facts, **changed})


# Of the templates' own lines: a blank between two words that both have tags is one that somebody typed.
BETWEEN_TAGS = re.compile(r">[^\S\n]*\n\s*<")


def close_set(html: str) -> str:
    """Give HTML without the indentation between its tags: what is sent a thousand times is read by nobody."""
    return BETWEEN_TAGS.sub(">\n<", html)


class Kind(Generic[M]):
    """The type of a row; each feature's rows.py has one per noun."""

    name: ClassVar[str]
    model: ClassVar[type[models.Model]]
    template: ClassVar[str]
    # What the template includes.
    includes: ClassVar[tuple[str, ...]] = ()
    # The way from a thing to its journal, as a lookup.
    journal: ClassVar[str] = "journal_id"
    # The kind of the things it lies in; its children are loaded window by window.
    parent_kind: ClassVar[str] = ""
    # How many of the newest a device keeps for each parent; None: all.
    window: ClassVar[int | None] = None
    # Whether it is shown to somebody who is not in the place, where everybody reads.
    is_public: ClassVar[bool] = False
    # Shown whatever the reader's `since`.
    is_standing: ClassVar[bool] = False
    # Facts that its template alone needs: they go no further.
    for_template: ClassVar[frozenset[str]] = frozenset()
    # Whether its actions leave a thing with everything that the row needs: it is then not read back to be told.
    is_told_from_memory: ClassVar[bool] = False

    def things(self) -> models.QuerySet[M]:
        """Give what still exists, with everything that the template needs."""
        raise TypeError(f"{type(self).__name__} does not say what its things are.")

    def parent(self, thing: M) -> UUID | None:
        """Give the id of the thing that `thing` lies in."""
        return None

    def order(self, thing: M, first: int) -> int | str:
        """Give the place in a list; by arrival unless the kind says otherwise."""
        return first

    def facts(self, thing: M) -> Facts:
        """Give the few plain values that sorting, search, edit forms and cards need, the same in any language."""
        raise TypeError(f"{type(self).__name__} does not say its facts.")

    def public_facts(self, thing: M) -> Facts:
        """Give the facts from which the row of a public kind is made for somebody who is not in the place."""
        return self.facts(thing)

    def blank(self) -> M:
        """Give an empty thing for the pending row's template."""
        raise TypeError(f"{type(self).__name__} is never pending.")

    def load(self, keys: Iterable[Key]) -> dict[Key, M]:
        """Find things by (journal, id), in that journal only."""
        wanted = set(keys)
        # Found by their own keys alone: SQLite, which counts nothing, would take a journal or a sphere for the
        # shorter way and read all that was ever said there.
        found = self.things().filter(pk__in={object_id for _, object_id in wanted})
        things = {
            (thing._journal, thing.pk): thing  # type: ignore[attr-defined]  # annotated here
            for thing in found.annotate(_journal=models.F(self.journal))
        }
        return {key: thing for key, thing in things.items() if key in wanted}

    def html(self, thing: M, facts: Facts) -> str:
        """Render the one row that everybody gets; invisible kinds have no template."""
        if not self.template:
            return ""
        return close_set(get_template(self.template).render({"thing": thing, "facts": facts}).strip())


_by_name: dict[str, Kind[Any]] = {}
_by_model: dict[type[models.Model], Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    """Make a kind known; its app calls this when it is ready."""
    _by_name[kind.name] = kind
    _by_model[kind.model] = kind


def kinds() -> Mapping[str, Kind[Any]]:
    """Give every kind by name."""
    return _by_name


def kind_of(thing: models.Model) -> Kind[Any]:
    """Give the kind of an instance. Raises KeyError if its model has none."""
    return _by_model[type(thing)]


def templates() -> list[str]:
    """Name the templates whose change makes stored rows stale."""
    return sorted({name for kind in _by_name.values() for name in (kind.template, *kind.includes) if name})
