"""When things are said: moments relative to a day, and the days on which a French building company works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FRIDAY, SUNDAY = 4, 6
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
IN_FRENCH = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]


@cache
def holidays(year: int) -> frozenset[date]:
    """Give the public holidays of `year` in France (Code du travail, L3133-1)."""
    easter = easter_sunday(year)
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    moving = [easter + days * DAY for days in (1, 39, 50)]  # Easter Monday, Ascension, Whit Monday
    return frozenset([*moving, *(date(year, month, day) for month, day in fixed)])


def easter_sunday(year: int) -> date:
    """Give Easter Sunday in the Gregorian calendar (the anonymous algorithm of 1876)."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (year % 19 + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_closed(day: date) -> bool:
    """Whether the company rests: three weeks from the first Monday of August, and Christmas to New Year."""
    first = date(day.year, 8, 1)
    monday = first + (-first.weekday() % 7) * DAY
    return monday <= day < monday + 3 * WEEK or (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2)


def is_open(day: date) -> bool:
    """Whether the company works on `day`."""
    return day.weekday() <= FRIDAY and not is_closed(day) and day not in holidays(day.year)


def open_from(day: date) -> date:
    """Give `day`, or the next one on which the company works."""
    while not is_open(day):
        day += DAY
    return day


def days_between(first: date, after: date) -> Iterator[date]:
    """Count days from `first` up to the one before `after`."""
    while first < after:
        yield first
        first += DAY


@dataclass(frozen=True)
class Calendar:
    """Turns `week -2 tue 08:12`, `day -1 19:30`, `workday -1 16:40` and `date 12-24 21:35` into moments.

    All lie before `today`. `is_work` calendars count the weeks of five days' work, and move dates to open days.
    Moments are without zone: they are what the clock on the wall says.
    """

    # The weeks that the threads told by `week` and `day` keep for themselves: dates lie before them.
    RECENT = 7 * WEEK

    today: date
    is_work: bool = True

    def moment(self, words: str, before: datetime | None = None) -> datetime:
        """Read one moment; a `date` is its last one before the recent weeks, or before `before`.

        Raises ValueError for anything else.
        """
        match words.split():
            case ["week", number, weekday, clock]:
                day = self._monday(int(number)) + WEEKDAYS.index(weekday) * DAY
            case ["date", month_day, clock]:
                day = self.last(month_day, before.date() + DAY if before else self.today - self.RECENT)
            case ["day", number, clock]:
                day = self.today + int(number) * DAY
            case ["workday", "-1", clock]:
                day = self._last_open_day()
            case _:
                raise ValueError(f"Not a moment: {words}")
        return datetime.combine(day, time.fromisoformat(clock))

    def last(self, month_day: str, before: date) -> date:
        """Give the last `MM-DD` before a day; on a work calendar the open day that stands for it."""
        month, day = (int(number) for number in month_day.split("-"))
        for year in range(before.year, before.year - 2, -1):
            found = date(year, month, day)
            found = open_from(found) if self.is_work else found
            if found < before:
                return found
        raise ValueError(f"No {month_day} before {before}")

    def next_day_in_words(self, day: date) -> str:
        """Say `demain`, or the name of the next day on which the company works."""
        if not self.is_work:
            return "demain"
        following = open_from(day + DAY)
        return "demain" if following == day + DAY else IN_FRENCH[following.weekday()]

    def _monday(self, number: int) -> date:
        # Week -1 is the last one that is over: work ends on Friday, the others on Sunday.
        end = FRIDAY if self.is_work else SUNDAY
        back = (self.today.weekday() - end - 1) % 7 + 1
        monday = self.today - back * DAY - end * DAY
        weeks = -1
        while weeks > number or self._rests(monday):
            weeks -= 0 if self._rests(monday) else 1
            monday -= WEEK
        return monday

    def _rests(self, monday: date) -> bool:
        return self.is_work and not all(is_open(monday + number * DAY) for number in range(5))

    def _last_open_day(self) -> date:
        day = self.today - DAY
        while not is_open(day):
            day -= DAY
        return day
