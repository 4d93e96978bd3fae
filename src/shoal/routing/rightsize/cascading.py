"""A small model before the reference: how good both are together for every share that the small one keeps, which share
may be certified, and what it saves. What the small model is expected to lose is 1 - its confidence, or what a value
model learned from labels says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.routing.certificate import Segment, Trial, certified
from shoal.routing.certify import interval
from shoal.routing.rightsize.measures import Mean, mean_of
from shoal.routing.rightsize.result import QUANTITIES
from shoal.routing.rightsize.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Flags = NDArray[np.bool]
    Places = NDArray[np.int64]

POINTS = 20
RESAMPLES = 1_000
CONFIDENT_SHARE = 0.5
"""Of a model's answers so many must come with a confidence for its threshold to be of use."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where the small model keeps `coverage`: what its own answers are worth, and what both together are."""

    coverage: float
    threshold: float
    kept: float
    together: float


@dataclass(frozen=True, slots=True)
class Saving:
    """The share that is saved against the reference alone, with the 95 % interval over tasks, and over what is
    uncertain of each figure."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pair:
    """N tasks that both models have a score of: `expected` losses of the small model (N,), `kept` those that go to the
    reference whatever the threshold, since the small model failed or gave no confidence."""

    small: str
    reference: str
    how: str
    rows: Places = field(repr=False)
    expected: Doubles = field(repr=False)
    kept: Flags = field(repr=False)
    scores: Doubles = field(repr=False)
    best: Doubles = field(repr=False)

    def __len__(self) -> int:
        return len(self.rows)

    def taken(self, threshold: float) -> Flags:
        """(N,) whether the small model's answer counts."""
        return np.asarray((self.expected <= threshold) & ~self.kept)

    def trial(self) -> Trial:
        """As the certificate wants it."""
        return Trial(self.expected[:, None], (self.best - self.scores)[:, None], self.kept)

    def of(self, rows: Places) -> Pair:
        """The part of it that is among those tasks."""
        inside = np.isin(self.rows, rows)
        return Pair(
            self.small,
            self.reference,
            self.how,
            self.rows[inside],
            self.expected[inside],
            self.kept[inside],
            self.scores[inside],
            self.best[inside],
        )


def confident(table: Table, small: str, reference: str, rows: Places) -> Pair | None:
    """A pair by the small model's own confidence; None where too few of its answers have one."""
    column, last = table.column(small), table.column(reference)
    sure = table.confidences[rows, column]
    known = table.missing[rows, column] | np.isnan(table.scores[rows, last])
    rows, sure = rows[~known], sure[~known]
    kept = np.isnan(sure) | np.isnan(table.scores[rows, column])
    if not len(rows) or kept.mean() > 1 - CONFIDENT_SHARE:
        return None
    scores = np.where(kept, 0.0, table.scores[rows, column])
    expected = np.where(kept, 1.0, 1 - np.nan_to_num(sure))
    return Pair(small, reference, "confidence", rows, expected, kept, scores, table.scores[rows, last])


def alone(table: Table, small: str, reference: str, rows: Places) -> Pair:
    """The small model for all tasks, with no threshold; those that it failed at go to the reference."""
    column, last = table.column(small), table.column(reference)
    known = table.missing[rows, column] | np.isnan(table.scores[rows, last])
    rows = rows[~known]
    kept = np.isnan(table.scores[rows, column])
    scores = np.where(kept, 0.0, table.scores[rows, column])
    return Pair(small, reference, "alone", rows, np.zeros(len(rows)), kept, scores, table.scores[rows, last])


def valued(small: str, reference: str, rows: Places, trial: Trial, scores: Doubles) -> Pair:
    """A pair by a value model, on the tasks that it was not fitted on; `scores` (N, 2) of both models."""
    return Pair(small, reference, "value", rows, trial.expected[:, 0], trial.kept, scores[:, 0], scores[:, 1])


def curve(pair: Pair) -> list[Point]:
    """Coverage and quality at POINTS thresholds, the smallest share first."""
    able = pair.expected[~pair.kept]
    limits = np.unique(np.quantile(able, np.linspace(0, 1, POINTS + 1))) if len(able) else ()
    found = []
    for limit in limits:
        small = pair.taken(float(limit))
        if not small.any():
            continue
        together = np.where(small, pair.scores, pair.best)
        found.append(Point(float(small.mean()), float(limit), float(pair.scores[small].mean()), float(together.mean())))
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a certified pair does: the share that the small model keeps and how good it is there, both together, chance
    at the same share, and the interval of the gain over chance; what it saves, None where unknown; seconds."""

    pair: Pair
    segment: Segment
    kept: Mean
    together: Mean
    reference: Mean
    chance: float
    gain: tuple[float, float]
    savings: Mapping[str, Saving | None]

    @property
    def share(self) -> float:
        return self.segment.share

    @property
    def better_than_chance(self) -> bool:
        """With nothing left to choose, chance is no measure."""
        return self.share > 0.999 or self.gain[0] > 0

    @property
    def dearer(self) -> bool:
        """Whether it surely costs more than the reference alone."""
        found = self.savings.get("cost_usd")
        return found is not None and found.high < 0


def outcome(pair: Pair, table: Table, alpha: float, delta: float, tolerance: float) -> Outcome | None:
    """The pair at the largest threshold that is certified; None where none is, or nothing is left to it."""
    segment = certified(pair.trial(), alpha, delta, tolerance) if len(pair) else None
    return None if segment is None else outcome_at(pair, table, segment)


def outcome_at(pair: Pair, table: Table, segment: Segment) -> Outcome | None:
    """The pair at that segment's threshold; None where nothing is left to the small model."""
    if segment.share == 0 or not len(pair):
        return None
    small = pair.taken(segment.threshold)
    picked = np.where(small, pair.scores, pair.best)
    among = segment.share / (1 - pair.kept.mean())
    by_chance = np.where(pair.kept, pair.best, among * pair.scores + (1 - among) * pair.best)
    kept, together, reference = mean_of(pair.scores[small]), mean_of(picked), mean_of(pair.best)
    if kept is None or together is None or reference is None:
        return None
    return Outcome(
        pair,
        segment,
        kept,
        together,
        reference,
        float(by_chance.mean()),
        interval(picked - by_chance),
        {name: saved(pair, table.taken[name], table, small) for name in QUANTITIES},
    )


def saved(pair: Pair, taken: Doubles, table: Table, small: Flags) -> Saving | None:
    """1 - (small model on all tasks + reference on the escalated) / reference on all. In the range's lower end the
    small model takes its most and the reference its least; both models' figures of one task are uncertain apart."""
    first = taken[pair.rows, table.column(pair.small)]
    last = taken[pair.rows, table.column(pair.reference)]
    if np.isnan(first).any() or np.isnan(last).any() or last[:, 0].sum() <= 0:
        return None
    asked = np.ones(len(pair), bool) if pair.how != "value" else small
    first = first * asked[:, None]
    generator = np.random.default_rng(0)
    resamples = np.stack([generator.integers(0, len(pair), len(pair)) for _ in range(RESAMPLES)])
    low, high = (_shares(first, last, small, resamples, ends) for ends in ((2, 0), (0, 2)))
    expected = _shares(first, last, small, np.arange(len(pair))[None], (1, 1))[0]
    ends = np.quantile(low, 0.025), np.quantile(high, 0.975)
    return Saving(float(expected), float(ends[0]), float(ends[1]))


def _shares(first: Doubles, last: Doubles, small: Flags, resamples: Places, ends: tuple[int, int]) -> Doubles:
    """(R,) shares saved; `ends` say which end of the small model's and of the reference's range is taken."""
    mine, theirs = first[:, ends[0]][resamples].sum(axis=1), last[:, ends[1]][resamples].sum(axis=1)
    middle = last[:, 1]
    escalated = (middle * ~small)[resamples].sum(axis=1) / np.maximum(middle[resamples].sum(axis=1), 1e-300)
    return np.asarray(1 - escalated - mine / np.maximum(theirs, 1e-300))
