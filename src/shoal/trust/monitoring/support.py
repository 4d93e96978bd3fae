"""How far passages bear a sentence out: its numbers, its names and its words, compared with theirs. It understands
neither: a sentence that says the opposite in the same words looks borne out.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shoal.chat import Passage
from shoal.models.specialists.sentences import units
from shoal.trust.monitoring.claims import Claims

MOST_UNITS = 20_000
LEAST_RARITY = 0.1
# What counts of a sentence's words: how many two neighbouring sentences, one passage, and all passages hold.
SHARES = (0.5, 0.3, 0.2)
# What is left of a score where a number is missing, or a name.
MISSING = 0.25
STEEP, MIDDLE = 12.0, 0.3

Places = Mapping[str, set[int]]


@dataclass(frozen=True, slots=True)
class Recall:
    """How much of a sentence the passages hold, each 0..1: of its words, weighed by how rare they are, in two
    neighbouring sentences, in one passage, and in all of them; of its numbers and of its names, in all of them."""

    together: float
    passage: float
    anywhere: float
    numbers: float
    names: float

    @property
    def score(self) -> float:
        """How surely the sentence is borne out, 0..1. Set by hand on texts that no figure is measured on
        (`tuning/grounded_examples.py`)."""
        near, home, all_over = SHARES
        words = near * self.together + home * self.passage + all_over * self.anywhere
        exact = (1.0 if self.numbers == 1 else MISSING) * (1.0 if self.names == 1 else MISSING)
        return 1 / (1 + math.exp(-STEEP * (words * exact - MIDDLE)))


@dataclass(slots=True)
class Index:
    """Where the passages hold each stem: in which pairs of neighbouring sentences (a pair has the number of its
    second), in which passages, in how many of the `units` sentences; and all their numbers and names."""

    pairs: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set), repr=False)
    passages: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set), repr=False)
    seen: Counter[str] = field(default_factory=Counter, repr=False)
    numbers: set[str] = field(default_factory=set, repr=False)
    names: set[str] = field(default_factory=set, repr=False)
    units: int = 0

    @classmethod
    def of(cls, passages: Iterable[Passage]) -> Index:
        """Reads up to MOST_UNITS sentences."""
        index = cls()
        for number, passage in enumerate(passages):
            for text in _texts(passage):
                if index.units < MOST_UNITS:
                    index._add(Claims.of_source(text), number)
            index.units += 1  # the last of one passage and the first of the next are no pair
        return index

    def rarity(self, stem: str) -> float:
        """Inverse document frequency over the sentences; a stem that none has is the rarest."""
        return max(math.log((self.units + 1) / (self.seen[stem] + 0.5)), LEAST_RARITY)

    def _add(self, claims: Claims, passage: int) -> None:
        at = self.units
        self.units += 1
        for stem in claims.stems:
            self.pairs[stem] |= {at, at + 1}
            self.passages[stem].add(passage)
        self.seen.update(claims.stems)
        self.numbers |= claims.numbers
        self.names |= claims.names | claims.stems


def _texts(passage: Passage) -> Iterator[str]:
    """Each sentence, item or row with what introduces it."""
    for unit in units(passage.text):
        yield " \n".join(filter(None, (passage.title, unit.heading, unit.lead, unit.text)))


class Support:
    """The passages of one exchange. What the question says already, its names too, need not be in them; its numbers
    must."""

    def __init__(self, passages: Iterable[Passage], question: str = "") -> None:
        self._passages = tuple(passages)
        self._question = question

    @cached_property
    def _index(self) -> Index:
        return Index.of(self._passages)

    @cached_property
    def _asked(self) -> Claims:
        return Claims.of_source(self._question)

    def recall(self, claims: Claims) -> Recall:
        """How much of a sentence the passages hold."""
        index, claims = self._index, claims.without(self._asked)
        weights = {stem: index.rarity(stem) for stem in claims.stems}
        total = sum(weights.values())
        known = sum(weight for stem, weight in weights.items() if stem in index.seen)
        return Recall(
            _best(index.pairs, weights) / total if total else 1.0,
            _best(index.passages, weights) / total if total else 1.0,
            known / total if total else 1.0,
            _share(claims.numbers, index.numbers),
            _share(claims.names, index.names),
        )


def _best(places: Places, weights: Mapping[str, float]) -> float:
    """The weight of the place that holds most."""
    sums: defaultdict[int, float] = defaultdict(float)
    for stem, weight in weights.items():
        for place in places.get(stem, ()):
            sums[place] += weight
    return max(sums.values(), default=0.0)


def _share(claimed: frozenset[str], known: set[str]) -> float:
    """How much of what is claimed is known; all where nothing is claimed."""
    return len(claimed & known) / len(claimed) if claimed else 1.0
