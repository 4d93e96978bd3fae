"""What a model did on a family of tasks: quality with its interval, the difference against the reference task by task,
seconds, money, energy and carbon per answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.impacts import Range
from shoal.routing.certify import LEVEL, interval
from shoal.routing.rightsize.result import QUANTITIES
from shoal.routing.rightsize.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `n` tasks with its 95 % interval."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One model on one family. `difference` is its score less the reference's, on the tasks that both have; seconds are
    those of this run, with what ran beside. Quantities are per answer; None is unknown."""

    model: str
    tasks: int
    failed: int
    missing: int
    quality: Mean | None
    difference: Mean | None
    p50_s: float | None
    p95_s: float | None
    cost_usd: Range | None
    energy_wh: Range | None
    carbon_gco2e: Range | None


def measured(table: Table, model: str, reference: str, rows: Places) -> Measure:
    """The measure of a model on those tasks."""
    column = table.column(model)
    both = table.both(model, reference, rows)
    differences = table.scores[both, column] - table.scores[both, table.column(reference)]
    scores = table.scores[rows, column]
    known = scores[~np.isnan(scores)]
    seconds = table.latencies[rows, column]
    seconds = seconds[~np.isnan(seconds)]
    cost, energy, carbon = (per_answer(table.taken[name][rows, column]) for name in QUANTITIES)
    p50, p95 = ((float(np.quantile(seconds, share)) if len(seconds) else None) for share in (0.5, 0.95))
    return Measure(
        model,
        len(rows),
        int(table.failed[rows, column].sum()),
        int(table.missing[rows, column].sum()),
        mean_of(known),
        mean_of(differences, least=-1.0) if model != reference else None,
        p50,
        p95,
        cost,
        energy,
        carbon,
    )


def mean_of(values: Doubles, least: float = 0.0) -> Mean | None:
    """The mean of values from `least` to 1 with its bootstrap interval; where all are equal, which no resample could
    tell from certainty, what the unseen rest could make of it by the exact bound (Clopper and Pearson 1934)."""
    if not len(values):
        return None
    low, high = interval(values)
    if np.ptp(values) == 0:
        same = ((1 - LEVEL) / 2) ** (1 / len(values))
        low, high = (float(same * values[0] + (1 - same) * end) for end in (least, 1.0))
    return Mean(float(values.mean()), low, high, len(values))


def per_answer(ends: Doubles) -> Range | None:
    """The mean of (N, 3) ranges over the tries that were made; None where one of them is unknown, or there is none."""
    tried = ends[~np.isnan(ends).all(axis=1)]
    if not len(tried) or np.isnan(tried).any():
        return None
    return Range(*(float(each) for each in tried.mean(axis=0)))


def total(ends: Doubles) -> Range | None:
    """The sum of (N, K, 3) ranges over the tries that were made; None where one is unknown."""
    mean = per_answer(ends.reshape(-1, ends.shape[-1]))
    return None if mean is None else mean.scaled(float((~np.isnan(ends[..., 0])).sum()))


def wire_mean(found: Mean | None) -> dict[str, Any] | None:
    """Its JSON form."""
    if found is None:
        return None
    return {"mean": _short(found.mean), "low": _short(found.low), "high": _short(found.high), "n": found.n}


def _short(value: float) -> float:
    return float(f"{value:.6g}")
