"""Why a backup or a restore does not take place. Every message is the sentence to show, without content."""

from __future__ import annotations

import json
from typing import Self

from django.utils.translation import gettext


class Halted(Exception):
    """Nothing was changed; the message says what to do.

    `sentence` is ours: marked for translation where it is raised, it names its `words` as %(name)s. `system` is the
    reason that the system gave, which nobody translates. Commands say both in English; what is kept for the
    operator's page is said in the reader's language, with the system's reason apart.
    """

    def __init__(self, sentence: str, *, system: object = "", **words: object) -> None:
        self.sentence, self.system = sentence, str(system)
        self.words = {name: str(word) for name, word in words.items()}
        english = self._filled(sentence)
        super().__init__(f"{english} ({system})" if system else english)

    @classmethod
    def from_json(cls, kept: str) -> Self:
        """Make again what `as_json` kept; of what is none of it, the sentence as it is."""
        try:
            said = json.loads(kept)
        except ValueError:
            return cls(kept)  # by a version that kept the English alone
        return cls(said["sentence"], system=said.get("system", ""), **said["words"])

    def as_json(self) -> str:
        """Give it as `from_json` reads it."""
        return json.dumps({"sentence": self.sentence, "words": self.words, "system": self.system}, ensure_ascii=False)

    def said(self) -> str:
        """Give our sentence in today's language."""
        return self._filled(gettext(self.sentence)) if self.sentence else ""

    def _filled(self, sentence: str) -> str:
        return sentence % self.words if self.words else sentence


class Broken(Halted):
    """The archive is not one, or not the one that was written."""


class Newer(Halted):
    """The archive, or the database, was made by a later Alvéole."""


class Occupied(Halted):
    """Something stands or runs where the restore would go."""


class Unproven(Halted):
    """What came back is not what was saved, or could not be tried."""
