"""How good masking is: what was found in labelled texts against what a person marked. It finds nothing itself.

`evaluate` gives precision, recall and F2 of any type (is it personal data or not) and of each type. The definition is
Presidio's, in `span_scores.py` with its source; `read_labelled` reads Presidio's form of file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.equivalents import aligned
from shoal.trust.masking.labelled import LabelledText, read_labelled
from shoal.trust.masking.skip_words import SKIP_WORDS
from shoal.trust.masking.span_scores import IOU, NOTHING, Score, Tokenize, compare, compare_tokens, runs, tags, words

__all__ = ["Evaluation", "LabelledText", "Measure", "Score", "evaluate", "read_labelled"]

ANY = "PII"


@dataclass(frozen=True, slots=True)
class Measure:
    """The definition's own parameters. The defaults are Shoal's tokens and words at Presidio's threshold."""

    tokenize: Tokenize = words
    skip: Collection[str] = SKIP_WORDS
    threshold: float = IOU


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`spans` and `tokens`: of any type; `types`: spans per type, in Shoal's names."""

    spans: Score
    tokens: Score
    types: dict[str, Score]

    def __add__(self, other: Evaluation) -> Evaluation:
        names = {**self.types, **other.types}
        types = {name: self.types.get(name, Score()) + other.types.get(name, Score()) for name in names}
        return Evaluation(self.spans + other.spans, self.tokens + other.tokens, types)


def evaluate(
    labelled: Sequence[LabelledText], found: Iterable[Sequence[Entity]], measure: Measure | None = None
) -> Evaluation:
    """Scores `found`, the entities of each text, none overlapping. Raises ValueError where it is not one per text."""
    total = Evaluation(Score(), Score(), {})
    for each, entities in zip(labelled, found, strict=True):
        total += _evaluate_one(each, entities, measure or Measure())
    return total


def _evaluate_one(labelled: LabelledText, found: Sequence[Entity], measure: Measure) -> Evaluation:
    labels, entities = aligned(labelled.labels, found)
    tokens = measure.tokenize(labelled.text)
    wanted, have = tags(tokens, labels), tags(tokens, entities)

    def compared(one: Sequence[str], other: Sequence[str]) -> dict[str, Score]:
        return compare(runs(tokens, one, measure.skip), runs(tokens, other, measure.skip), measure.threshold)

    return Evaluation(
        compared(_untyped(wanted), _untyped(have)).get(ANY, Score()),
        compare_tokens(tokens, wanted, have, measure.skip),
        compared(wanted, have),
    )


def _untyped(types: Iterable[str]) -> list[str]:
    return [ANY if each else NOTHING for each in types]
