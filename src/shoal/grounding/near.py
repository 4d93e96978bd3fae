"""Near words: widens a question by words of much the same meaning, and puts passages in order by how much of the
question each holds, in its own words or in near ones. It searches nothing, and takes words one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from shoal.chat import Passage
from shoal.models.specialists.answer import FOLDER
from shoal.models.specialists.lexicon import Floats, Lexicon

LEAST_NEARNESS = 0.5
MOST_NEAR = 10
MOST_ADDED = 64
# What the share of the question counts that a passage holds, beside its BM25 score as a share of the best one; and
# what a word in the title counts beside one in the text.
COVERAGE_WEIGHT, TITLE_SHARE = 2.0, 0.3


class NearWords:
    """The words of the lexicon in `folder`, which is read with the first question."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder

    @cached_property
    def _lexicon(self) -> Lexicon:
        return Lexicon.load(self._folder / "lexicon.safetensors")

    def of(self, question: str) -> list[str]:
        """The stems that the question is about, and after each those of near words, nearest first; none twice,
        MOST_ADDED at most. Raises WeightsError."""
        asked = self._lexicon.asked(question)
        found = (each for stem in asked for each in (stem, *self._lexicon.near(stem, LEAST_NEARNESS)[:MOST_NEAR]))
        return list(dict.fromkeys(found))[:MOST_ADDED]

    def ranked(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        """The passages, best first; `score` becomes its BM25 score as a share of the best one's, plus COVERAGE_WEIGHT
        times the share of its words, by rarity, that it holds. Raises WeightsError."""
        asked = self._lexicon.asked(question)
        top = max((passage.score for passage in passages), default=0.0)
        if not passages:
            return []
        held = self._held(asked, [passage.text for passage in passages])
        titled = self._held(asked, [f"{passage.title} {passage.source}" for passage in passages])
        weights = self._lexicon.idf(asked)
        coverage = (held + TITLE_SHARE * titled) @ (weights / max(float(weights.sum()), 1e-6))
        scored = [
            replace(passage, score=passage.score / max(top, 1e-6) + COVERAGE_WEIGHT * float(share))
            for passage, share in zip(passages, coverage, strict=True)
        ]
        return sorted(scored, key=lambda passage: -passage.score)

    def _held(self, asked: list[str], texts: Sequence[str]) -> Floats:
        """(texts, asked words): how near the nearest word of each text comes to each asked one, 0..1."""
        bags = [self._lexicon.bag(text) for text in texts]
        vocabulary = sorted(set().union(*bags))
        place = {word: at for at, word in enumerate(vocabulary)}
        table = self._lexicon.nearness(asked, vocabulary)
        none = np.zeros(len(asked), np.float32)
        return np.stack([table[:, [place[word] for word in bag]].max(1) if bag else none for bag in bags])
