"""A device in Python: cursors and rows, kept by the feed's rules. What convergence is measured against."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from accounts.identity import identity_of
from spheres.models import Membership

Store = dict[tuple[str, str, str], dict[str, Any]]


@dataclass
class Device:
    """One person's device and what it keeps."""

    client: Client
    member: Membership
    rows_version: str = ""
    cursors: dict[str, list[Any]] = field(default_factory=dict)
    store: Store = field(default_factory=dict)
    pages: int = 0

    def ask(self, **changed: Any) -> Any:
        """Ask for one page of the feed."""
        assert self.member.person is not None
        said = {
            "identity": identity_of(self.member.person),
            "rows_version": self.rows_version,
            "cursors": self.cursors,
            "page": None,
            **changed,
        }
        return self.client.post("/feed/", said, content_type="application/json")

    def pull(self) -> Device:
        """Ask until nothing more comes."""
        page: str | None = None
        more = True
        while more:
            response = self.ask(page=page)
            assert response.status_code == 200, response.content
            answer = response.json()
            self.apply(answer)
            page, more = answer["page"], answer["more"]
            self.pages += 1
            assert self.pages < 200, "the feed never ends"
        return self

    def apply(self, answer: dict[str, Any]) -> None:
        """Apply one answer as the device does, in one piece."""
        if answer["rows_version"] != self.rows_version:
            self.rows_version, self.store, self.cursors = answer["rows_version"], {}, {}
        kept = set(answer["journals"]) - set(answer["reset"])
        self.store = {key: row for key, row in self.store.items() if key[0] in kept}
        self.cursors = {journal: cursor for journal, cursor in self.cursors.items() if journal in kept}
        for record in answer["records"]:
            self.take(record)
        self.cursors |= answer["cursors"]

    def take(self, record: dict[str, Any]) -> None:
        """Keep a record unless a newer one is known; a tombstone too, so that nothing older comes back."""
        key = (record["j"], record["k"], record["id"])
        if record["n"] > self.store.get(key, {"n": 0})["n"]:
            self.store[key] = record

    def stale_copy(self) -> Device:
        """Give a device that stops here and comes back later."""
        return Device(self.client, self.member, self.rows_version, copy.copy(self.cursors), copy.copy(self.store))

    @property
    def shown(self) -> Store:
        """Give what stands, without tombstones."""
        return {key: row for key, row in self.store.items() if not row.get("gone")}

    def bodies(self) -> list[str]:
        """Give the words of the messages, in their order."""
        messages = [row for row in self.shown.values() if row["k"] == "messaging.message"]
        return [row["facts"]["body"] for row in sorted(messages, key=lambda row: row["f"])]
