"""Narrowness: where a small model fails outside of what it is good at, and whether that would be noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shoal.routing.features import AskFeatures, Asks
from shoal.routing.foreign import Foreign
from shoal.routing.rightsize.cascading import Outcome
from shoal.routing.rightsize.measures import Mean, mean_of
from shoal.routing.rightsize.table import Table
from shoal.routing.value import FEWEST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A small model, certified for `family`, on the tasks of another: `difference` against the reference; `passed` the
    share that its threshold would let through, and `right` what those answers are worth; `foreign` the share that a
    detector fitted on the family's asks calls foreign, `own` the same of the family's own, held out."""

    model: str
    family: str
    other: str
    difference: Mean | None
    passed: float | None
    right: float | None
    foreign: float | None
    own: float | None


def elsewhere(found: Outcome, family: str, table: Table, asks: Sequence[str], others: Sequence[str]) -> list[Elsewhere]:
    """How the pair of a family does on each of the others."""
    features = AskFeatures()
    rows = table.rows(family)
    detector, own = _detector([asks[at] for at in rows], features)
    told = []
    for other in others:
        there = table.rows(other)
        foreign = _foreign(detector, features.of([asks[at] for at in there])) if detector is not None else None
        passed, right = _passed(found, table, there)
        told.append(
            Elsewhere(found.pair.small, family, other, _difference(found, table, there), passed, right, foreign, own)
        )
    return told


def _difference(found: Outcome, table: Table, rows: Places) -> Mean | None:
    small, reference = found.pair.small, found.pair.reference
    both = table.both(small, reference, rows)
    return mean_of(table.scores[both, table.column(small)] - table.scores[both, table.column(reference)], least=-1.0)


def _passed(found: Outcome, table: Table, rows: Places) -> tuple[float | None, float | None]:
    """Of the other family's tasks with an answer: the share above the threshold, and the mean score there."""
    column = table.column(found.pair.small)
    answered = rows[~np.isnan(table.scores[rows, column])]
    if found.pair.how != "confidence" or not len(answered):
        return None, None
    sure = np.nan_to_num(table.confidences[answered, column])
    passed = (1 - sure) <= found.segment.threshold
    scores = table.scores[answered, column][passed]
    return float(passed.mean()), float(scores.mean()) if len(scores) else None


def _detector(asks: Sequence[str], features: AskFeatures) -> tuple[Foreign | None, float | None]:
    """A detector fitted on four fifths of the family's asks, and what share of the last fifth it calls foreign."""
    if len(asks) < FEWEST:
        return None, None
    held = np.arange(len(asks)) % 5 == 4
    detector = Foreign.fit(features.of([ask for ask, out in zip(asks, held, strict=True) if not out]))
    return detector, _foreign(detector, features.of([ask for ask, out in zip(asks, held, strict=True) if out]))


def _foreign(detector: Foreign, asks: Asks) -> float:
    return float(detector.is_foreign(detector.views(asks)).mean())
