"""Rows: entries rendered once per process and language, with their facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC
from uuid import UUID

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, override

from journal.kinds import Facts, Key, Row, kinds
from journal.models import Entry
from journal.version import rows_version

_is_afresh: ContextVar[bool] = ContextVar("journal.rows.afresh", default=False)
NOTHING = DummyCache("", {})


@contextmanager
def afresh() -> Iterator[None]:
    """Render all rows again, and keep none: in a world that is undone a number is not the version of a row."""
    token = _is_afresh.set(True)
    try:
        yield
    finally:
        _is_afresh.reset(token)


def _cache() -> BaseCache:
    return NOTHING if _is_afresh.get() else caches["rows"]


def render(
    entries: Iterable[Entry],
    scopes: Mapping[UUID, UUID | None],
    language: str | None = None,
    departures: Mapping[UUID, int] | None = None,
) -> list[Row]:
    """Make the rows of `entries`, in their order; a thing not found in its journal is a tombstone.

    Callers have the places of all the entries open. A row is rendered once per process and language: its
    journal, its number and how many people have left are its version.
    """
    language = language or get_language() or "en"
    entries = list(entries)
    cache = _cache()
    version = rows_version()
    left = departures or {}
    names = {_cache_name(entry, language, version, left.get(entry.journal_id, 0)): entry for entry in entries}
    known: dict[str, Row] = cache.get_many(names)
    missing = {name: entry for name, entry in names.items() if name not in known}
    if missing:
        # One row for everybody: in no one's zone, least of all in that of whoever caused it to be rendered.
        with override(language), timezone.override(UTC):
            made = _make(missing, scopes)
        cache.set_many(made)
        known |= made
    return [known[name] for name in names]


def in_languages(
    entry: Entry, scope: UUID | None, languages: Iterable[str], thing: models.Model | None = None
) -> dict[str, Row]:
    """Make the row of one entry in several languages, from one reading of its thing; otherwise as `render`.

    `thing` is the instance that its action recorded; only kinds that are told from memory believe it.
    """
    cache = _cache()
    version = rows_version()
    names = {language: _cache_name(entry, language, version) for language in languages}
    known: dict[str, Row] = cache.get_many(names.values())
    if len(known) < len(names):
        if entry.is_gone or thing is None or not kinds()[entry.kind].is_told_from_memory:
            thing = _found([entry]).get((entry.kind, entry.journal_id, entry.object_id))
        with timezone.override(UTC):
            facts = None if thing is None else kinds()[entry.kind].facts(thing)
            for language, name in names.items():
                with override(language):
                    known[name] = _row(entry, scope, thing, facts)
        cache.set_many(known)
    return {language: known[name] for language, name in names.items()}


def publicly(entries: Iterable[Entry], scopes: Mapping[UUID, UUID | None], language: str | None = None) -> list[Row]:
    """Make the rows of `entries` for somebody who is in none of their places; what is of no public kind is a tombstone.

    Rendered each time: whose name may be shown changes, and the entry's number does not.
    """
    entries = [*entries]
    found = _found(entry for entry in entries if entry.kind in kinds() and kinds()[entry.kind].is_public)
    rows = []
    with override(language or get_language() or "en"), timezone.override(UTC):
        for entry in entries:
            thing = found.get((entry.kind, entry.journal_id, entry.object_id))
            facts = None if thing is None else kinds()[entry.kind].public_facts(thing)
            rows.append(_row(entry, scopes.get(entry.journal_id), thing, facts))
    return rows


def _cache_name(entry: Entry, language: str, version: str, departures: int = 0) -> str:
    return f"{entry.journal_id.hex}:{entry.seq}:{language}:{version}:{departures}"


def _make(entries: Mapping[str, Entry], scopes: Mapping[UUID, UUID | None]) -> dict[str, Row]:
    found = _found(entries.values())
    return {
        name: _row(entry, scopes.get(entry.journal_id), found.get((entry.kind, entry.journal_id, entry.object_id)))
        for name, entry in entries.items()
    }


def _found(entries: Iterable[Entry]) -> dict[tuple[str, UUID, UUID], models.Model]:
    keys: dict[str, set[Key]] = defaultdict(set)
    for entry in entries:
        keys[entry.kind].add((entry.journal_id, entry.object_id))
    return {
        (kind, *key): thing
        for kind, wanted in keys.items()
        if kind in kinds()
        for key, thing in kinds()[kind].load(wanted).items()
    }


def _row(entry: Entry, scope: UUID | None, thing: models.Model | None, facts: Facts | None = None) -> Row:
    order: int | str = entry.first
    html = ""
    told: Facts = {}
    if thing is not None:
        kind = kinds()[entry.kind]
        facts = facts or kind.facts(thing)
        html = kind.html(thing, facts)
        order = kind.order(thing, entry.first)
        told = {name: fact for name, fact in facts.items() if name not in kind.for_template}
    return Row(
        journal=entry.journal_id,
        n=entry.seq,
        first=entry.first,
        scope=scope,
        kind=entry.kind,
        id=entry.object_id,
        parent=entry.parent_id,
        order=order,
        html=html,
        facts=told,
        is_gone=thing is None,
    )


def blank_html(name: str) -> str:
    """Render the row of a kind with a blank thing: what a device fills while a command waits."""
    kind = kinds()[name]
    thing = kind.blank()
    with timezone.override(UTC):
        return kind.html(thing, kind.facts(thing))
