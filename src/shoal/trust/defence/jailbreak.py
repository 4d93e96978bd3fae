"""Jailbreaks: how surely a user's text talks a model out of its rules; a linear model over the whole and its windows.

It knows the styles that it was trained on and hardly any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from shoal.models.specialists.cards import WEIGHTS
from shoal.text.ngrams import NgramFeatures, NgramModel, chance
from shoal.trust.defence.stand_ins import spoken
from shoal.trust.thresholds import read_threshold

NAME = "jailbreak"
WINDOW, STEP = 1200, 800
"""Characters of a window, and from one to the next."""
LONGEST_WHOLE = 8000
"""Characters of a text that is also read as a whole."""
_AT_ONCE = 64
SHORT = WINDOW // 2
"""Characters of a text that is read as a whole alone, also with stand-ins in it."""


class Jailbreak:
    """Scores texts; may be shared by threads. `threshold` is the card's."""

    def __init__(self, folder: Path) -> None:
        """Raises WeightsError."""
        self._model = NgramModel.load(folder)
        self._features = NgramFeatures()
        self.threshold = read_threshold(folder)

    def score(self, text: str) -> float:
        """The highest calibrated probability of the text and its windows."""
        pieces = windows(spoken(text))
        highest = -math.inf
        while some := list(islice(pieces, _AT_ONCE)):
            highest = max(highest, float(self._model.scores(self._features.of(some)).max()))
        return chance(highest)

    def score_all(self, texts: Sequence[str]) -> list[float]:
        """As `score` of each, for less: the short ones together."""
        short = [spoken(text) for text in texts if len(text) <= SHORT]
        odds = iter(self._model.scores(self._features.of(short))[:, 0].tolist() if short else ())
        return [chance(next(odds)) if len(text) <= SHORT else self.score(text) for text in texts]


def windows(text: str) -> Iterator[str]:
    """The text as a whole unless it is very long, and what is longer than a window in windows that overlap."""
    if len(text) <= LONGEST_WHOLE:
        yield text
    if len(text) > WINDOW:
        for start in range(0, len(text) - WINDOW + STEP, STEP):
            yield text[start : start + WINDOW]


def load_jailbreak(folder: Path = WEIGHTS / NAME) -> Jailbreak:
    """The classifier that ships. Raises WeightsError."""
    return Jailbreak(folder)
