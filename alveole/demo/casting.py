"""Who is in the demo, and where."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from alveole.demo import FOLDER
from alveole.demo.moments import Calendar

ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Place:
    """One sphere of the demo and its people, founder first."""

    key: str
    name: str
    context: str
    hue: str
    shape: str
    type: str
    roles: dict[str, str]
    names: dict[str, str]
    joined: dict[str, str]
    left: dict[str, str]
    pace: float
    stages: tuple[int, ...]

    @property
    def is_work(self) -> bool:
        """Whether it belongs to the company."""
        return self.context == "work"

    def calendar(self, today: date) -> Calendar:
        """Give the calendar that its people live by."""
        return Calendar(today, self.is_work)

    def present(self, at: datetime, today: date) -> set[str]:
        """Name who is a member at a moment."""
        calendar = self.calendar(today)
        early = {who for who, words in self.joined.items() if at < calendar.moment(words)}
        late = {who for who, words in self.left.items() if at >= calendar.moment(words)}
        return set(self.roles) - early - late

    def stage(self, day: date, today: date) -> int:
        """Number the stage of the work on `day`, from 1; 0 where there are none."""
        weeks = (today - day).days / 7
        return max(1, sum(1 for begins in self.stages if weeks <= begins)) if self.stages else 0


@cache
def people() -> dict[str, str]:
    """Give everybody's full name by first name."""
    return {who: person["name"] for who, person in _read("people.toml").items()}


@cache
def places() -> tuple[Place, ...]:
    """Give the spheres."""
    return tuple(_place(table) for table in _read("spheres.toml")["sphere"])


@cache
def organisation() -> dict[str, str]:
    """Give the company's name, hue and kind."""
    table: dict[str, str] = _read("spheres.toml")["organisation"]
    return table


def place(key: str) -> Place:
    """Give one sphere."""
    return next(place for place in places() if place.key == key)


def _place(table: dict[str, Any]) -> Place:
    roles = dict.fromkeys(table["members"], "member") | dict.fromkeys(table.get("visitors", []), "visitor")
    return Place(
        key=table["key"],
        name=table["name"],
        context=table["context"],
        hue=table["hue"],
        shape=table["shape"],
        type=table.get("type", "visitor" if "visitors" in table else "classic"),
        roles=roles,
        names=table.get("names", {}),
        joined=table.get("joined", {}),
        left=table.get("left", {}),
        pace=table["pace"],
        stages=tuple(table.get("stages", [])),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
