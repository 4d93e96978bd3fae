"""The texts that the harm models learn from, together: sampled, each once, grouped, in folds. It trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shoal.tuning.harm_benign import READERS, read_benign
from shoal.tuning.harm_data import MADLIBS, Example, harmless, read_harm
from shoal.tuning.near_duplicates import groups
from shoal.tuning.ngrams import folds

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODERATION = "moderation"
MOST: Mapping[str, int] = {
    "tweets": 6000,
    "toxic_spans": 4000,
    "fuzz_replies": 2500,
    MADLIBS: 1000,
    "banking": 1500,
    "clinc": 2500,
    "sums": 1000,
    "meetings": 2500,
    "instructions": 800,
    "encyclopedia": 800,
    "contracts": 500,
}
"""Texts taken of a source at most, so that none rules. All others are taken whole."""
BENIGN = frozenset(READERS)
SEED = 11
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Corpus:
    """Examples with the fold of each, (N,): near-duplicates share one."""

    examples: Sequence[Example] = field(repr=False)
    fold: NDArray[np.int64] = field(repr=False)

    @property
    def texts(self) -> list[str]:
        return [example.text for example in self.examples]

    @property
    def sources(self) -> NDArray[np.str_]:
        """(N,)"""
        return np.array([example.source for example in self.examples])

    @property
    def labels(self) -> NDArray[np.int8]:
        """(N, len(OUTPUTS)) 1, 0 or -1."""
        return np.array([example.labels for example in self.examples], np.int8)

    def part(self, chosen: NDArray[np.bool_]) -> Corpus:
        """The examples where `chosen` (N,) holds."""
        return Corpus([self.examples[at] for at in np.flatnonzero(chosen).tolist()], self.fold[chosen])


def sampled(examples: Sequence[Example], seed: int = SEED) -> list[Example]:
    """At most MOST of each source, texts that occur twice once (the moderation set's first)."""
    once = {example.text: example for example in reversed(examples)}
    rng = np.random.default_rng(seed)
    by_source: dict[str, list[Example]] = {}
    for example in reversed(once.values()):
        by_source.setdefault(example.source, []).append(example)
    found: list[Example] = []
    for source, held in by_source.items():
        most = MOST.get(source, len(held))
        found += [held[at] for at in sorted(rng.permutation(len(held))[:most].tolist())]
    return found


def assemble(data: Path) -> Corpus:
    """All sources under `data`."""
    examples = read_harm(data)
    for source, texts in read_benign(data).items():
        examples += [harmless(text, source) for text in texts]
    kept = sampled(examples)
    return Corpus(kept, folds(groups([example.text for example in kept]), FOLDS))
