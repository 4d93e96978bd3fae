"""Metrics of routers as their authors define them: RouteLLM's APGR and CPT, RouterBench's AIQ, RouterArena's score."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

BINS = 10


@dataclass(frozen=True)
class Pair:
    """RouteLLM's figures for two models: APGR, and the percentage of calls to the large one that recovers 50 and 80 %
    of the gap between them."""

    apgr: float
    cpt50: float
    cpt80: float


def pair_metrics(wish: Doubles, small: Doubles, large: Doubles, bins: int = BINS) -> Pair:
    """`wish` (N,) is how much each ask wants the large model; `small` and `large` (N,) their scores. Thresholds are the
    quantiles of the wishes, the last one strict, and the curve's area is taken by trapezoids over its own span, as
    in RouteLLM's evaluation (Ong et al. 2024)."""
    edges = np.quantile(wish, np.linspace(0, 1, bins + 1))
    shares, scores = [], []
    for at, edge in enumerate(edges):
        chosen = wish >= edge if at < bins else wish > edge
        shares.append(float(chosen.mean()))
        scores.append(float(np.where(chosen, large, small).mean()))
    order = np.argsort(shares, kind="stable")
    x, y = np.array(shares)[order], np.array(scores)[order]
    low, high = float(small.mean()), float(large.mean())
    span = float(x[-1] - x[0])
    apgr = (float(np.trapezoid(y, x)) - low * span) / ((high - low) * span)
    calls = [100 * float(np.interp(low + part * (high - low), y, x)) for part in (0.5, 0.8)]
    return Pair(apgr, *calls)


def random_pair(small: Doubles, large: Doubles, seed: int = 0) -> Pair:
    """A router that chooses by chance."""
    return pair_metrics(np.random.default_rng(seed).random(len(small)), small, large)


def aiq(costs: Doubles, scores: Doubles, low: float, high: float) -> float:
    """RouterBench's AIQ (Hu et al. 2024): the area under the non-decreasing convex hull of (cost, score) points between
    two costs, over their distance. Left of the cheapest point the score is 0, right of the dearest its own."""
    hull = upper_hull(costs, scores)
    x, y = np.array([point[0] for point in hull]), np.array([point[1] for point in hull])
    grid = np.linspace(low, high, 2001)
    return float(np.trapezoid(np.interp(grid, x, y, left=0.0, right=float(y[-1])), grid) / (high - low))


def upper_hull(costs: Doubles, scores: Doubles) -> list[tuple[float, float]]:
    """The corners of the non-decreasing upper convex hull, by cost."""
    hull: list[tuple[float, float]] = []
    for x, y in sorted(zip(costs.tolist(), scores.tolist(), strict=True), key=lambda point: (point[0], -point[1])):
        if hull and y <= hull[-1][1]:
            continue
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) <= _slope(hull[-1], (x, y)):
            hull.pop()
        if hull and hull[-1][0] == x:
            hull.pop()
        hull.append((x, y))
    return hull


def arena_score(accuracy: float, usd_per_1000: float, beta: float = 0.1) -> float:
    """RouterArena's score (2025): (1 + b) A C / (b A + C), where C is the logarithm of the cost per 1,000 asks between
    200 USD (0) and 0.0044 USD (1). Raises ValueError for a cost that is not above zero."""
    if usd_per_1000 <= 0:
        raise ValueError("the cost must be above zero")
    cheap = (math.log2(200) - math.log2(usd_per_1000)) / (math.log2(200) - math.log2(0.0044))
    bottom = beta * accuracy + cheap
    return (1 + beta) * accuracy * cheap / bottom if bottom > 0 else 0.0


def _slope(one: tuple[float, float], other: tuple[float, float]) -> float:
    return (other[1] - one[1]) / (other[0] - one[0]) if other[0] > one[0] else math.inf
