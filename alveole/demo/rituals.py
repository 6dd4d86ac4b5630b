"""What people say again and again: short exchanges with slots, written by hand, and the days they fit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time

from alveole.demo import FOLDER
from alveole.demo.moments import WEEKDAYS
from alveole.demo.threads import LINE, typeset

ONCE = 1


@dataclass(frozen=True)
class Template:
    """One line: who may say it, after how long, and words with slots."""

    label: str | None
    voices: tuple[str, ...]
    wait: str
    body: str


@dataclass(frozen=True)
class Ritual:
    """One exchange and when it may happen."""

    weekdays: range
    hours: tuple[time, time]
    lines: tuple[Template, ...]
    months: frozenset[int] = frozenset(range(1, 13))
    stages: frozenset[int] = frozenset(range(10))
    at_most: int = ONCE
    on: str | None = None
    weeks_ago: int | None = None

    @property
    def is_dated(self) -> bool:
        """Whether it has a day of its own."""
        return self.on is not None or self.weeks_ago is not None

    @property
    def is_rare(self) -> bool:
        """Whether only a part of the year allows it."""
        return len(self.months) < 12 or len(self.stages) < 10

    def fits(self, day: date, stage: int) -> bool:
        """Whether it may happen on `day`."""
        return day.weekday() in self.weekdays and self.fits_season(day, stage)

    def fits_season(self, day: date, stage: int) -> bool:
        """Whether it may happen about `day`."""
        return day.month in self.months and stage in self.stages


@dataclass
class _Options:
    months: frozenset[int] = field(default_factory=lambda: frozenset(range(1, 13)))
    stages: frozenset[int] = field(default_factory=lambda: frozenset(range(10)))
    at_most: int = ONCE
    on: str | None = None
    weeks_ago: int | None = None


def rituals(sphere: str) -> list[Ritual]:
    """Read the exchanges of one sphere."""
    text = (FOLDER / "rituals" / f"{sphere}.txt").read_text(encoding="utf-8")
    return [_parsed(block) for block in re.split(r"^\* ", text, flags=re.MULTILINE)[1:]]


def _parsed(block: str) -> Ritual:
    head, *lines = [line for line in block.splitlines() if line]
    days, hours, *words = head.split()
    options = _options(words)
    begins, ends = (time.fromisoformat(clock) for clock in hours.split("-"))
    return Ritual(
        weekdays=_weekdays(days),
        hours=(begins, ends),
        lines=tuple(_template(line) for line in lines),
        months=options.months,
        stages=options.stages,
        at_most=options.at_most,
        on=options.on,
        weeks_ago=options.weeks_ago,
    )


def _options(words: list[str]) -> _Options:
    options = _Options()
    for word in words:
        name, _, value = word.partition("=")
        match name:
            case "months":
                options.months = _around_the_year(value)
            case "stage":
                first, _, last = value.partition("-")
                options.stages = frozenset(range(int(first), int(last or first) + 1))
            case "max":
                options.at_most = int(value)
            case "on":
                options.on = value
            case "ago":
                options.weeks_ago = int(value)
            case "once":
                options.at_most = ONCE
            case _:
                raise ValueError(f"Not an option of a ritual: {word}")
    return options


def _weekdays(words: str) -> range:
    first, _, last = words.partition("-")
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)


def _around_the_year(words: str) -> frozenset[int]:
    # 11-3 is November to March.
    first, last = (int(month) for month in words.split("-"))
    return frozenset((first - 1 + more) % 12 + 1 for more in range((last - first) % 12 + 1))


def _template(line: str) -> Template:
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"Not a line of talk: {line}")
    return Template(found["label"], tuple(found["who"].split("|")), found["wait"] or "", typeset(found["body"].strip()))
