"""Chance that is the same every time, and does not repeat itself like a parrot."""

from __future__ import annotations

import re
import tomllib
from datetime import timedelta
from functools import cache
from random import Random
from typing import TypeVar

from alveole.demo import FOLDER
from alveole.demo.threads import A_MOMENT

SLOT = re.compile(r"\{([^{}]*)\}")
NUMBERS = re.compile(r"(-?\d+)\.\.(-?\d+)")
LABELLED = re.compile(r"(\d):(.*)", re.DOTALL)

T = TypeVar("T")


class Decks:
    """Draws from lists like from packs of cards: every card comes once before any comes again."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self._left: dict[str, list[int]] = {}

    def draw(self, cards: list[T], pack: str = "") -> T:
        """Draw one; lists that belong together name their `pack`."""
        name = f"{len(cards)} {pack or cards!r}"
        if not self._left.get(name):
            self._left[name] = self.random.sample(range(len(cards)), len(cards))
        return cards[self._left[name].pop()]


class Phrasing:
    """Fills the slots of one exchange: choices with the same label go together.

    `{a|b}` is one of several, `{1:a|b}` the one of label 1, `{3..9}` a number, `{travail}` a word of slots.toml.
    """

    def __init__(self, decks: Decks, pack: str, words: dict[str, list[str]]) -> None:
        self._decks = decks
        self._pack = pack
        self._words = words
        self._labels: dict[str, int] = {}

    def fill(self, text: str) -> str:
        """Fill the slots, innermost first."""
        while found := SLOT.search(text):
            text = text[: found.start()] + self._choice(found[1]) + text[found.end() :]
        return text

    def pick(self, label: str, among: list[T]) -> T:
        """Take the one that `label` stands for in this exchange."""
        if label not in self._labels:
            self._labels[label] = self._decks.draw(list(range(len(among))), f"{self._pack}:{label}")
        return among[self._labels[label]]

    def wait(self, text: str) -> timedelta:
        """Read how long somebody takes to answer."""
        return timedelta(minutes=int(self.fill(text))) if text else A_MOMENT

    def _choice(self, text: str) -> str:
        if numbers := NUMBERS.fullmatch(text):
            return str(self._decks.random.randint(*sorted((int(numbers[1]), int(numbers[2])))))
        if labelled := LABELLED.fullmatch(text):
            variants: list[str] = labelled[2].split("|")
            return self.pick(labelled[1], variants)
        if "|" in text:
            return self._decks.draw(text.split("|"))
        return self._decks.draw(self._words[text])


@cache
def slots() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Read the words by sphere and stage."""
    return tomllib.loads((FOLDER / "slots.toml").read_text(encoding="utf-8"))


def words_of(sphere: str, stage: int, tomorrow: str) -> dict[str, list[str]]:
    """Give what the slots of an exchange may become on its day."""
    return {
        "demain": [tomorrow],
        "Demain": [tomorrow.capitalize()],
        **slots().get(sphere, {}).get(str(stage), {}),
    }
