"""Fits the linear harm model: logistic regression of all outputs at once, where labels may be unknown; no text here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.trust.ngrams import ROWS, RUN_ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    Floats = NDArray[np.float32]

ITERATIONS = 60
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
    """Weights with the least weighted log loss over known labels plus |w / rarity|^2 / (2 freedom), by L-BFGS.

    `labels` (N, K) 1, 0 or -1 for unknown; `weight` (N,) of each text; `freedom` is scikit-learn's C.
    """
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    scale = rarity(features)
    used = np.flatnonzero(scale)
    narrow = features[:, used].tocsr()
    narrow.data = narrow.data * scale[used][narrow.indices] if narrow.nnz else narrow.data
    turned = narrow.T.tocsr()
    outputs = labels.shape[1]
    target, importance = (labels == 1).astype(np.float32), (labels >= 0) * weight[:, None]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        held = flat.reshape(len(used) + 1, outputs).astype(np.float32)
        score = narrow @ held[:-1] + held[-1]
        cost = np.logaddexp(0, score) - target * score
        error = (importance * (1 / (1 + np.exp(-np.clip(score, -60, 60))) - target)).astype(np.float32)
        slope = np.vstack([turned @ error + held[:-1] / freedom, error.sum(axis=0)])
        value = float((importance * cost).sum(dtype=np.float64)) + float((held[:-1] ** 2).sum(dtype=np.float64)) / (
            2 * freedom
        )
        return value, slope.astype(np.float64).ravel()

    start = np.zeros((len(used) + 1) * outputs)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS, "maxcor": 8})
    held = found.x.reshape(len(used) + 1, outputs)
    rows = np.zeros((ROWS, outputs), np.float32)
    rows[used] = held[:-1] * scale[used][:, None]
    return Weights(rows, held[-1].astype(np.float32))
