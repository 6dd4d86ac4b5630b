"""The stretches of talk, written by hand, and their place in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alveole.demo import FOLDER
from alveole.demo.casting import place
from alveole.demo.moments import Calendar

# "Nadia +3: ..." or, in rituals, "1:Nadia|Bob +{3..9}: ..."
LINE = re.compile(
    r"(?:(?P<label>\d):)?(?P<who>[^\W\d]+(?:\|[^\W\d]+)*)(?: \+(?P<wait>\d+|\{\d+\.\.\d+\}))?: (?P<body>.+)",
    re.DOTALL,
)
A_MOMENT = timedelta(seconds=25)


@dataclass(frozen=True)
class Said:
    """One message: where, by whom (first name), when (wall clock), and the words."""

    sphere: str
    author: str
    at: datetime
    body: str


@dataclass(frozen=True)
class Line:
    """One message of a thread, so many minutes after the one before."""

    author: str
    wait: timedelta
    body: str


@dataclass(frozen=True)
class Stretch:
    """What is said in one go, from a moment on."""

    starts: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Thread:
    """One story, told in one sphere in several stretches."""

    sphere: str
    title: str
    stretches: tuple[Stretch, ...]

    def said(self, today: date) -> Iterator[Said]:
        """Tell it to the last message before `today`."""
        earliest: datetime | None = None
        for start, stretch in zip(self._starts(place(self.sphere).calendar(today)), self.stretches, strict=True):
            at = max(start, earliest or start)
            for line in stretch.lines:
                at += line.wait
                yield Said(self.sphere, line.author, at, line.body)
            earliest = at + timedelta(minutes=20)

    def _starts(self, calendar: Calendar) -> list[datetime]:
        # From the last one backwards: a story of December told in March has its Christmas before its New Year.
        starts: list[datetime] = []
        for stretch in reversed(self.stretches):
            starts.insert(0, calendar.moment(stretch.starts, before=starts[0] if starts else None))
        return starts


def threads() -> list[Thread]:
    """Read every thread, in the order of their numbers."""
    return [_parsed(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "threads").glob("*.txt"))]


def _parsed(text: str) -> Thread:
    head, *stretches = re.split(r"^@ ", text, flags=re.MULTILINE)
    header = dict(line.split(": ", 1) for line in head.splitlines() if line)
    return Thread(header["sphere"], header["title"], tuple(_stretch(stretch) for stretch in stretches))


def _stretch(text: str) -> Stretch:
    starts, _, said = text.partition("\n")
    # An indented line continues the message above it.
    messages = re.split(r"\n+(?!  )", said.strip())
    return Stretch(starts.strip(), tuple(_line(message) for message in messages))


def _line(text: str) -> Line:
    found = LINE.fullmatch(text.replace("\n  ", "\n"))
    if found is None:
        raise ValueError(f"Not a line of talk: {text}")
    wait = timedelta(minutes=int(found["wait"])) if found["wait"] else A_MOMENT
    return Line(found["who"], wait, typeset(found["body"]))


def typeset(body: str) -> str:
    """Keep the signs that French sets apart with the word before them: no line begins with "?"."""
    return re.sub(r" (?=[?!:;»%])|(?<=«) ", "\u00a0", body)
