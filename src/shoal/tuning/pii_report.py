"""Measures a token classifier on texts whose entities are known: per token, per type, language and case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shoal.trust.masking.classifier import TokenClassifier
from shoal.trust.masking.tagging import LABELS, TYPES
from shoal.trust.masking.tokens import DIGIT, LETTER, SINGLE, Tokens
from shoal.tuning.pii_data import label_bits
from shoal.tuning.pii_fill import Filled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.trust.masking.entity import Entity

WORDLIKE = (LETTER, DIGIT, SINGLE)


@dataclass(slots=True)
class Tally:
    """Tokens found and right, found and wrong, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)

    def f(self, beta: float) -> float:
        """F score; beta 2 counts recall four times as much as precision."""
        weight = beta * beta
        return (1 + weight) * self.right / max(1, (1 + weight) * self.right + weight * self.missed + self.wrong)

    def figures(self) -> dict[str, float | int]:
        return {
            "precision": round(self.precision, 3),
            "recall": round(self.recall, 3),
            "f1": round(self.f(1), 3),
            "f2": round(self.f(2), 3),
            "tokens": self.right + self.missed,
        }


def kinds_of(bits: NDArray[np.int32]) -> NDArray[np.int64]:
    """(T,) the type of each token: 0 O, k + 1 for TYPES[k], -1 where several are allowed."""
    found = np.full(len(bits), -1, np.int64)
    found[bits == 1] = 0
    for at in range(len(TYPES)):
        either = (1 << (1 + at)) | (1 << (1 + len(TYPES) + at))
        found[(bits & either != 0) & (bits & ~np.int32(either) == 0)] = at + 1
    return found


def found_kinds(tokens: Tokens, entities: Sequence[Entity]) -> NDArray[np.int64]:
    """(T,) the type that entities give each token."""
    spans = [(entity.start, entity.end, entity.type) for entity in entities]
    return kinds_of(label_bits(tokens, spans))


def measure(classifier: TokenClassifier, texts: Sequence[Filled], only: Sequence[str] = TYPES) -> dict[str, Tally]:
    """Tallies over words and numbers (no symbols) for "any" (entity or not) and each type; unsure tokens are left out.

    `only` names the types that the texts have labels for: what is found of other types is left out too.
    """
    tallies = {"any": Tally(), **{kind: Tally() for kind in only}}
    wanted = [TYPES.index(kind) + 1 for kind in only]
    for made, entities in zip(texts, classifier.find([made.text for made in texts]), strict=True):
        tokens = classifier.tokens(made.text)
        gold, said = kinds_of(label_bits(tokens, made.spans)), found_kinds(tokens, entities)
        counted = (gold >= 0) & np.isin(tokens.kind, WORDLIKE) & ((said == 0) | np.isin(said, wanted))
        gold, said = gold[counted], said[counted]
        _add(tallies["any"], gold > 0, said > 0)
        for kind, number in zip(only, wanted, strict=True):
            _add(tallies[kind], gold == number, said == number)
    return tallies


def _add(tally: Tally, gold: NDArray[np.bool_], said: NDArray[np.bool_]) -> None:
    tally.right += int((gold & said).sum())
    tally.wrong += int((said & ~gold).sum())
    tally.missed += int((gold & ~said).sum())


def alarm_rate(classifier: TokenClassifier, texts: Sequence[str]) -> float:
    """The share of words and numbers that are said to belong to an entity, for texts that hold next to none."""
    said = words = 0
    for text, entities in zip(texts, classifier.find(texts), strict=True):
        tokens = classifier.tokens(text)
        counted = np.isin(tokens.kind, WORDLIKE)
        words += int(counted.sum())
        said += int((found_kinds(tokens, entities)[counted] > 0).sum())
    return said / max(1, words)


def best_temperature(classifier: TokenClassifier, texts: Sequence[Filled]) -> float:
    """The temperature with the least negative log likelihood (Guo et al. 2017), by trial."""
    rows, bits = [], []
    for made in texts:
        tokens, scores = classifier.label_scores(made.text)
        rows.append(scores)
        bits.append(label_bits(tokens, made.spans))
    scores, allowed = np.concatenate(rows), np.concatenate(bits)
    mask = ((allowed[:, None] >> np.arange(LABELS)) & 1).astype(bool)

    def loss(temperature: float) -> float:
        scaled = scores / temperature
        total = np.log(np.exp(scaled).sum(axis=1))
        return float((total - np.log(np.where(mask, np.exp(scaled), 0).sum(axis=1) + 1e-12)).mean())

    return min((round(0.6 + 0.1 * step, 1) for step in range(25)), key=loss)


def table(tallies: dict[str, Tally]) -> str:
    """One line per tally that has tokens."""
    lines = []
    for name, tally in tallies.items():
        if tally.right + tally.missed:
            said = tally.figures()
            scores = " ".join(f"{part} {said[part]:.3f}" for part in ("precision", "recall", "f1", "f2"))
            lines.append(f"{name:16} {scores} ({said['tokens']})")
    return "\n".join(lines)


def variants() -> dict[str, Callable[[Filled], Filled]]:
    """How texts are changed for the figures by case."""
    import random

    from shoal.tuning.pii_data import mistyped, recased

    rng = random.Random(11)
    return {
        "as written": lambda made: made,
        "lower": lambda made: recased(made, str.lower),
        "upper": lambda made: recased(made, str.upper),
        "typos": lambda made: mistyped(made, rng, 0.04),
    }
