"""Savings against a declared baseline, honestly: with an interval, and with no claim where there is none to make.

The baseline is what the same requests would have taken, replayed for a random sample: same boundary, same factors;
the actual side bears its router, guards and failed tries. It knows nothing of how the sample was drawn or replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from shoal.impacts import Range

RESAMPLES = 2000
CONFIDENCE = 0.95
FEWEST = 30
Numbers = NDArray[np.float64]


class Baseline(StrEnum):
    """What the actual side is compared with."""

    LARGEST_MODEL = "always the largest model of the pool"
    NAMED_MODEL = "always the same model"
    WORLD_GRID = "the same energy at the world's average grid"
    RETRAINING = "training anew instead of reusing a model"


class Verdict(StrEnum):
    """What may be said."""

    SAVED = "saved"
    COST_MORE = "cost more"
    UNKNOWN = "no claim: not all of the sample is known"
    NO_CLAIM = "no claim: the interval spans zero"
    UNMATCHED = "unmatched: quality is not shown to be as good"
    TOO_FEW = "no claim: the sample is too small"


@dataclass(frozen=True, slots=True)
class Pair:
    """One sampled exchange: what it took and what the baseline took for the same request, in one unit; the quality of
    both answers (0..1), None where no quality is at stake. `alike` says that one method gave both sides, so that their
    errors go together."""

    actual: Range
    baseline: Range
    actual_quality: float | None = None
    baseline_quality: float | None = None
    alike: bool = True


@dataclass(frozen=True, slots=True)
class Saving:
    """What was saved over `exchanges` of one quantity (its unit in the name, as in "carbon_gco2e"): the interval holds
    the chance of the sample and the ranges of both sides. Negative is a loss. Figures are there whatever the verdict,
    but only SAVED and COST_MORE may be told. `against` says which model, place or run the baseline is."""

    quantity: str
    baseline: Baseline
    verdict: Verdict
    low: float
    expected: float
    high: float
    sampled: int
    exchanges: int
    against: str = ""

    def __add__(self, other: Saving) -> Saving:
        """The same quantity against the same baseline over other exchanges. Raises ValueError for any other sum."""
        if (self.baseline, self.against, self.quantity) != (other.baseline, other.against, other.quantity):
            raise ValueError("savings against different baselines or of different quantities are not summed")
        low, high = self.low + other.low, self.high + other.high
        return Saving(
            self.quantity,
            self.baseline,
            _joint(self.verdict, other.verdict, low, high),
            low,
            self.expected + other.expected,
            high,
            self.sampled + other.sampled,
            self.exchanges + other.exchanges,
            self.against,
        )


def saving(
    quantity: str,
    baseline: Baseline,
    sample: Sequence[Pair],
    exchanges: int,
    *,
    against: str = "",
    margin: float = 0.02,
    seed: int = 0,
) -> Saving:
    """The saving over all `exchanges` of which the sample was drawn at random.

    Mean difference per exchange x exchanges; the interval is the 95 % bootstrap of that mean, at its widest over the
    ends of both sides: low with low where both rest on the same method and factors, crosswise where they do not.
    `margin` is how much worse in mean quality still counts as non-inferior (one-sided, 95 %).

    Raises ValueError for an empty sample, or one that is larger than what it was drawn from.
    """
    if not sample or len(sample) > exchanges:
        raise ValueError("a saving needs a sample of the exchanges that it speaks of")
    columns = _differences(sample)
    means = _resampled(columns, seed)
    tail = (1 - CONFIDENCE) / 2
    low = float(np.quantile(means[:, :3], tail, axis=0).min())
    high = float(np.quantile(means[:, :3], 1 - tail, axis=0).max())
    as_good = _rated(sample) and float(np.quantile(means[:, 3], 1 - CONFIDENCE)) >= -margin
    verdict = _verdict(len(sample), as_good, low, high)
    expected = float(columns[:, 1].mean())
    ends = (low * exchanges, expected * exchanges, high * exchanges)
    return Saving(quantity, baseline, verdict, *ends, len(sample), exchanges, against)


def _differences(sample: Sequence[Pair]) -> Numbers:
    """Baseline less actual at the low, expected and high ends, and actual less baseline in quality."""
    return np.array(
        [
            (
                pair.baseline.low - (pair.actual.low if pair.alike else pair.actual.high),
                pair.baseline.expected - pair.actual.expected,
                pair.baseline.high - (pair.actual.high if pair.alike else pair.actual.low),
                (pair.actual_quality or 0.0) - (pair.baseline_quality or 0.0),
            )
            for pair in sample
        ]
    )


def _resampled(columns: Numbers, seed: int) -> Numbers:
    """The means of RESAMPLES bootstrap samples (Efron 1979), one row each."""
    random = np.random.default_rng(seed)
    size = len(columns)
    return np.array([columns[random.integers(0, size, size)].mean(axis=0) for _ in range(RESAMPLES)])


def _rated(sample: Sequence[Pair]) -> bool:
    """Whether quality can be compared: all pairs have one, or none is at stake in any."""
    known = [(pair.actual_quality is not None) + (pair.baseline_quality is not None) for pair in sample]
    return all(count == 2 for count in known) or not any(known)


def _verdict(sampled: int, as_good: bool, low: float, high: float) -> Verdict:
    if sampled < FEWEST:
        return Verdict.TOO_FEW
    if not as_good:
        return Verdict.UNMATCHED
    if low > 0:
        return Verdict.SAVED
    return Verdict.COST_MORE if high < 0 else Verdict.NO_CLAIM


def _joint(one: Verdict, other: Verdict, low: float, high: float) -> Verdict:
    """A part that is unmatched or too small makes the whole so."""
    for weak in (Verdict.UNMATCHED, Verdict.TOO_FEW):
        if weak in (one, other):
            return weak
    if low > 0:
        return Verdict.SAVED
    return Verdict.COST_MORE if high < 0 else Verdict.NO_CLAIM


def total_saving(savings: Iterable[Saving]) -> Saving:
    """The sum of savings of one quantity against one baseline. Raises ValueError for none, or for any other sum."""
    found = list(savings)
    if not found:
        raise ValueError("there is nothing to sum")
    summed = found[0]
    for each in found[1:]:
        summed = summed + each
    return summed
