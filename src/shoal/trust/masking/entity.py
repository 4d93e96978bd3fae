"""Entity, Recognizer: what was found in a text, and the seam for everything that finds.

It does not know what is done with an entity: that is `policy.py` and `masker.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# What the names of recognizers begin with that are models and judge by what they learned; all others know a form.
LEARNED = "shoal/"
EXACT = 0.6


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
    def exact(self) -> bool:
        """Whether its form alone makes it what it is: no judgement by the words around it outweighs that."""
        return self.score >= EXACT and not self.recognizer.startswith(LEARNED)


class Recognizer(Protocol):
    """Finds entities of some types. It keeps nothing of a text and opens no connection."""

    @property
    def name(self) -> str: ...

    @property
    def types(self) -> tuple[str, ...]: ...

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        """For each text its entities in any order; they may overlap. An error refuses the request (fails closed)."""
        ...
