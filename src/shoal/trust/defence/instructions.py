"""Instructions inside data: how surely a sentence of a document or tool result gives orders; a linear model.

It sees one sentence and neither its document nor what the user wants: an order meant for a person looks the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shoal.models.specialists.cards import WEIGHTS
from shoal.text.ngrams import NgramFeatures, NgramModel
from shoal.trust.defence.stand_ins import spoken
from shoal.trust.thresholds import read_threshold

NAME = "instructions"


class Instructions:
    """Scores sentences; may be shared by threads. `threshold` is the card's."""

    def __init__(self, folder: Path) -> None:
        """Raises WeightsError."""
        self._model = NgramModel.load(folder)
        self._features = NgramFeatures()
        self.threshold = read_threshold(folder)

    def scores(self, sentences: Sequence[str]) -> list[float]:
        """A calibrated probability for each sentence. Give a few hundred at once: memory grows with them."""
        if not sentences:
            return []
        return [
            float(score) for score in self._model.probabilities(self._features.of(list(map(spoken, sentences))))[:, 0]
        ]


def load_instructions(folder: Path = WEIGHTS / NAME) -> Instructions:
    """The classifier that ships. Raises WeightsError."""
    return Instructions(folder)
