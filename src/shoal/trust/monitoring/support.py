"""How far passages bear a sentence out: its numbers, its names and its words, compared with theirs. It understands
neither: a sentence that says the opposite in the same words looks borne out.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from shoal.chat import Passage
from shoal.models.specialists.sentences import units
from shoal.trust.monitoring.claims import Claims

MOST_UNITS = 4000


@dataclass(frozen=True, slots=True)
class Source:
    """One sentence, item or row of a passage with what introduces it; `passage` numbers the passage."""

    claims: Claims
    passage: int


class Support:
    """The passages of one exchange. Comparing a sentence takes time with the number of theirs."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._passages = tuple(passages)

    @cached_property
    def _sources(self) -> list[Source]:
        found: list[Source] = []
        for number, passage in enumerate(self._passages):
            for unit in units(passage.text):
                if len(found) == MOST_UNITS:
                    return found
                text = " \n".join(filter(None, (passage.title, unit.heading, unit.lead, unit.text)))
                found.append(Source(Claims.of_source(text), number))
        return found

    @cached_property
    def _wholes(self) -> list[Claims]:
        """Each passage as one."""
        return [Claims.of_source(f"{passage.title}\n{passage.text}") for passage in self._passages]

    @cached_property
    def _rarity(self) -> dict[str, float]:
        """Inverse document frequency of stems over the sentences of the passages."""
        seen = Counter(each for source in self._sources for each in source.claims.stems)
        count = len(self._sources)
        return {each: math.log((count + 1) / (times + 0.5)) for each, times in seen.items()}

    def features(self, claims: Claims) -> list[float]:
        """FEATURES of a sentence, each 0..1."""
        unknown = math.log((len(self._sources) + 1) / 0.5)
        weights = {each: max(self._rarity.get(each, unknown), 0.1) for each in claims.stems}
        total = sum(weights.values()) or 1.0
        singles = [_share(source.claims.stems, weights, total) for source in self._sources]
        pairs = [
            _share(first.claims.stems | second.claims.stems, weights, total) if first.passage == second.passage else 0.0
            for first, second in zip(self._sources, self._sources[1:], strict=False)
        ]
        best = max(range(len(singles)), key=singles.__getitem__, default=None)
        wholes = [_share(whole.stems, weights, total) for whole in self._wholes]
        home = max(range(len(wholes)), key=wholes.__getitem__, default=None)
        near = self._near(best)
        everywhere = _joined(self._wholes)
        return [
            max(singles, default=0.0),
            max([*singles, *pairs], default=0.0),
            max(wholes, default=0.0),
            _share(everywhere.stems, weights, total),
            _held(claims.numbers, near.numbers),
            _held(claims.numbers, self._wholes[home].numbers if home is not None else frozenset()),
            _held(claims.numbers, everywhere.numbers),
            _held(claims.names, near.names | near.stems),
            _held(claims.names, everywhere.names | everywhere.stems),
            float(best is None or claims.negated == near.negated),
        ]

    def _near(self, best: int | None) -> Claims:
        """The sentence that fits best, with its neighbours in the same passage."""
        if best is None:
            return _joined([])
        home = self._sources[best].passage
        around = self._sources[max(0, best - 1) : best + 2]
        joined = _joined([source.claims for source in around if source.passage == home])
        return Claims(joined.stems, joined.numbers, joined.names, self._sources[best].claims.negated)


FEATURES = (
    *("in_sentence", "in_pair", "in_passage", "in_any", "numbers_near", "numbers_passage", "numbers_any"),
    *("names_near", "names_any", "same_negation"),
)


def _joined(claims: Sequence[Claims]) -> Claims:
    return Claims(
        frozenset().union(*(each.stems for each in claims)),
        frozenset().union(*(each.numbers for each in claims)),
        frozenset().union(*(each.names for each in claims)),
    )


def _share(known: frozenset[str], weights: dict[str, float], total: float) -> float:
    """How much of a sentence's words, weighed by how rare they are, is known."""
    if not weights:
        return 1.0
    return sum([weight for each, weight in weights.items() if each in known]) / total


def _held(claimed: frozenset[str], known: frozenset[str]) -> float:
    """The share of what is claimed that is known; 1 where nothing is claimed."""
    return len(claimed & known) / len(claimed) if claimed else 1.0
