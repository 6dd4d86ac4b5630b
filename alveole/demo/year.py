"""A year of talk: the threads in its last weeks and on their dates, the rituals on its other days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from alveole.demo.casting import Place, places
from alveole.demo.chance import Decks, Phrasing, words_of
from alveole.demo.moments import DAY, Calendar, days_between, is_open
from alveole.demo.rituals import Ritual, Template, rituals
from alveole.demo.threads import Said, threads

YEAR = timedelta(weeks=52)
REST = 12 * DAY  # at least, before the same exchange comes again
APART = timedelta(minutes=25)  # between two exchanges


def tell(today: date, seed: int) -> list[Said]:
    """Give every message before `today`, in the order of time: the same for the same day and seed."""
    by_hand = [said for thread in threads() for said in thread.said(today)]
    told = list(by_hand)
    for place in places():
        told += _Filling(place, today, seed, [said.at for said in by_hand if said.sphere == place.key]).said()
    return sorted(told, key=lambda said: said.at)


class _Filling:
    """The rituals of one sphere over the year, around what is told by hand."""

    def __init__(self, place: Place, today: date, seed: int, by_hand: list[datetime]) -> None:
        self.place = place
        self.today = today
        self.calendar: Calendar = place.calendar(today)
        self.decks = Decks(f"{seed} {today} {place.key}")
        self.by_hand = {at.date() for at in by_hand}
        self.taken: dict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
        for at in by_hand:
            self.taken[at.date()].append((at, at))
        self.rituals = rituals(place.key)
        self.uses: dict[int, list[date]] = defaultdict(list)
        self.rests = [self._rest(ritual) for ritual in self.rituals]

    def said(self) -> Iterator[Said]:
        """Tell the year day by day."""
        dated = self._dated()
        for day in days_between(self.today - YEAR, self.today):
            for number in dated[day]:
                yield from self._tell(number, day)
            if day in self.by_hand or (self.place.is_work and not is_open(day)):
                continue
            for _ in range(int(self.place.pace + self.decks.random.random())):
                if candidates := self._candidates(day):
                    yield from self._tell(self._one_of(candidates), day)

    def _dated(self) -> dict[date, list[int]]:
        days: dict[date, list[int]] = defaultdict(list)
        for number, ritual in enumerate(self.rituals):
            if ritual.on is not None:
                days[self.calendar.last(ritual.on, self.today)].append(number)
            elif ritual.weeks_ago is not None:
                days[self._free_day(ritual, self.today - timedelta(weeks=ritual.weeks_ago))].append(number)
        return days

    def _free_day(self, ritual: Ritual, day: date) -> date:
        while day.weekday() not in ritual.weekdays or day in self.by_hand or (self.place.is_work and not is_open(day)):
            day += DAY
        return day

    def _rest(self, ritual: Ritual) -> timedelta:
        # Spread over the days that it fits, with some slack for chance.
        year = days_between(self.today - YEAR, self.today)
        days = sum(1 for day in year if ritual.fits_season(day, self.place.stage(day, self.today)))
        return max(REST, days * DAY / ritual.at_most * 0.9)

    def _candidates(self, day: date) -> list[int]:
        stage = self.place.stage(day, self.today)
        return [
            number
            for number, ritual in enumerate(self.rituals)
            if not ritual.is_dated and ritual.fits(day, stage) and self._is_fresh(number, ritual, day)
        ]

    def _is_fresh(self, number: int, ritual: Ritual, day: date) -> bool:
        uses = self.uses[number]
        return len(uses) < ritual.at_most and (not uses or day - uses[-1] >= self.rests[number])

    def _one_of(self, numbers: list[int]) -> int:
        weights = [
            (self.rituals[number].at_most - len(self.uses[number])) * (3 if self.rituals[number].is_rare else 1)
            for number in numbers
        ]
        return self.decks.random.choices(numbers, weights)[0]

    def _tell(self, number: int, day: date) -> list[Said]:
        """Tell one exchange; nothing if one of its people is not there or others are talking."""
        ritual = self.rituals[number]
        begins, ends = (datetime.combine(day, clock) for clock in ritual.hours)
        at = begins + timedelta(seconds=self.decks.random.randrange(int((ends - begins).total_seconds()) + 1))
        present = self.place.present(at, self.today)
        words = words_of(self.place.key, self.place.stage(day, self.today), self.calendar.next_day_in_words(day))
        phrasing = Phrasing(self.decks, f"{self.place.key} {number}", words)
        told: list[Said] = []
        for line in ritual.lines:
            author = self._author(line, phrasing, present, told[-1].author if told else "")
            if author is None:
                return []
            at += phrasing.wait(line.wait) if told else timedelta()
            told.append(Said(self.place.key, author, at, phrasing.fill(line.body)))
        if not self._is_quiet(told[0].at, at):
            return []
        self.taken[day].append((told[0].at, at))
        self.uses[number].append(day)
        return told

    def _author(self, line: Template, phrasing: Phrasing, present: set[str], before: str) -> str | None:
        if line.label is not None:
            author = phrasing.pick(line.label, list(line.voices))
            return author if author in present else None
        free = [voice for voice in line.voices if voice in present and (voice != before or len(line.voices) == 1)]
        return self.decks.draw(free) if free else None

    def _is_quiet(self, begins: datetime, ends: datetime) -> bool:
        return all(ends + APART < start or end + APART < begins for start, end in self.taken[begins.date()])
