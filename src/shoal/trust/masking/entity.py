"""Entity, Recognizer: what was found in a text, and the seam for everything that finds.

It does not know what is done with an entity: that is `policy.py` and `masker.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# What the names of recognizers begin with that judge: models by what they learned, the gazetteer by a word alone.
LEARNED = "shoal/"
GAZETTEER = "gazetteer"
TITLE = "TITLE"
SURE, EXACT = 0.8, 0.85
# Their form says little of where they end: what is longer around them may hold them.
_LOOSE = frozenset({"AGE", "DATE_TIME", "PERIOD", "URL", "ZIP_CODE"})


@dataclass(frozen=True, slots=True)
class Entity:
    """One piece of personal data: `text[start:end]` (code points) is of `type`, such as "PERSON" or "NL_BSN".
    `score` is 0..1, higher is surer; `recognizer` names who found it. It never holds the text itself."""

    type: str
    start: int
    end: int
    score: float
    recognizer: str

    @property
    def rank(self) -> int:
        """Who wins where entities overlap, the lowest: 0 what its form alone makes what it is (and a title before a
        name), 1 what is sure, 2 a form that is less than sure, 3 all else."""
        formal = not self.recognizer.startswith((LEARNED, GAZETTEER)) and self.type not in _LOOSE
        if self.type == TITLE or (formal and self.score >= EXACT):
            return 0
        if self.score >= SURE:
            return 1
        return 2 if formal else 3


class Recognizer(Protocol):
    """Finds entities of some types. It keeps nothing of a text and opens no connection."""

    @property
    def name(self) -> str: ...

    @property
    def types(self) -> tuple[str, ...]: ...

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities in any order; they may overlap. An error refuses the request (fails closed)."""
        ...
