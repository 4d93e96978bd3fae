"""Fits the linear harm model: logistic regression of all outputs at once, where labels may be unknown; no text here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.text.ngrams import ROWS, RUN_ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    Floats = NDArray[np.float32]

ITERATIONS, MEMORY, TRIES = 60, 8, 12
TOLERANCE = 1e-5
LEAST_TEXTS = 2
"""What fewer texts hold weighs nothing."""
WORD_SHARE = 0.5
"""Words and pairs of words weigh half of what runs of characters do: chosen on folds of the moderation set."""


def rarity(features: csr_matrix) -> Floats:
    """(ROWS,) how much each feature may weigh: ln((1 + N) / (1 + df)) + 1, less for words, 0 for what is rare."""
    count = np.bincount(features.indices, minlength=ROWS)
    idf = np.where(count >= LEAST_TEXTS, np.log((1 + features.shape[0]) / (1 + count)) + 1, 0)
    idf[RUN_ROWS:] *= WORD_SHARE
    return np.asarray(idf / max(float(idf.max()), 1e-9), np.float32)


@dataclass(frozen=True, slots=True)
class Weights:
    """`rows` (ROWS, K) and `bias` (K,): log-odds = features @ rows + bias."""

    rows: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    def scores(self, features: csr_matrix) -> Floats:
        """(N, K) log-odds."""
        return np.asarray(features @ self.rows + self.bias, np.float32)


def fit(features: csr_matrix, labels: NDArray[np.int8], weight: Floats, freedom: float) -> Weights:
    """Weights with the least weighted log loss over known labels plus |w / rarity|^2 / (2 freedom).

    `labels` (N, K) 1, 0 or -1 for unknown; `weight` (N,) of each text; `freedom` is scikit-learn's C.
    """
    scale = rarity(features)
    used = np.flatnonzero(scale)
    narrow = features[:, used].tocsr()
    narrow.data = narrow.data * scale[used][narrow.indices]
    turned = narrow.T.tocsr()
    target, importance = (labels == 1).astype(np.float32), ((labels >= 0) * weight[:, None]).astype(np.float32)

    def loss(held: Floats) -> tuple[float, Floats]:
        score = narrow @ held[:-1] + held[-1]
        cost = importance * (np.logaddexp(0, score) - target * score)
        error = importance * (1 / (1 + np.exp(-np.clip(score, -60, 60))) - target)
        slope = np.concatenate([turned @ error + held[:-1] / freedom, error.sum(axis=0, keepdims=True)])
        held_back = float(np.vdot(held[:-1], held[:-1])) / (2 * freedom)
        return float(cost.sum(dtype=np.float64)) + held_back, slope.astype(np.float32)

    held = descend(loss, np.zeros((len(used) + 1, labels.shape[1]), np.float32))
    rows = np.zeros((ROWS, labels.shape[1]), np.float32)
    rows[used] = held[:-1] * scale[used][:, None]
    return Weights(rows, held[-1])


def descend(loss: Callable[[Floats], tuple[float, Floats]], start: Floats) -> Floats:
    """The place of least loss that ITERATIONS steps of L-BFGS find (Nocedal and Wright 2006, algorithm 7.4); in single
    precision and without bounds several times as fast as scipy's for millions of weights."""
    at, (value, slope) = start, loss(start)
    past: deque[tuple[Floats, Floats]] = deque(maxlen=MEMORY)
    for _ in range(ITERATIONS):
        way = -_curved(slope, past)
        steepness = float(np.vdot(way, slope))
        step = 1.0 if past else 1.0 / max(float(np.linalg.norm(slope)), 1e-9)
        for _ in range(TRIES):
            there = at + np.float32(step) * way
            new_value, new_slope = loss(there)
            if new_value <= value + 1e-4 * step * steepness:
                break
            step /= 2
        else:
            return at
        moved, turned = there - at, new_slope - slope
        if float(np.vdot(moved, turned)) > 0:
            past.append((moved, turned))
        done = value - new_value <= TOLERANCE * abs(value)
        at, value, slope = there, new_value, new_slope
        if done:
            return at
    return at


def _curved(slope: Floats, past: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The slope times the inverse curvature that past steps show (algorithm 7.4's two loops)."""
    way = slope.copy()
    shares = []
    for moved, turned in reversed(past):
        share = float(np.vdot(moved, way)) / float(np.vdot(moved, turned))
        way -= np.float32(share) * turned
        shares.append(share)
    if past:
        moved, turned = past[-1]
        way *= np.float32(float(np.vdot(moved, turned)) / float(np.vdot(turned, turned)))
    for (moved, turned), share in zip(past, reversed(shares), strict=True):
        back = float(np.vdot(turned, way)) / float(np.vdot(moved, turned))
        way += np.float32(share - back) * moved
    return way
