"""Trains linear models on the features of shoal.text.ngrams: fits, calibrates, packs to int8; it knows no data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.text.ngrams import FORMAT, MODEL_FILE, ROWS, RUN_ROWS, NgramFeatures

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    Floats = NDArray[np.float64]
    Bits = NDArray[np.int8]
    Groups = NDArray[np.int64]

AT_ONCE = 200
LEAST_TEXTS = 2
"""Rows that fewer training texts have get no weight: a typing error is no evidence."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """One output before packing: log-odds = X @ `weights` (ROWS,) + `bias`."""

    weights: Floats = field(repr=False)
    bias: float

    def scores(self, features: csr_matrix) -> Floats:
        """(N,) log-odds."""
        return np.asarray(features @ self.weights + self.bias)

    def scaled(self, slope: float, shift: float) -> Fitted:
        """The same ranking, calibrated: slope * score + shift."""
        return Fitted(self.weights * slope, self.bias * slope + shift)

    def plus(self, other: Fitted) -> Fitted:
        """The sum of two models' scores: again one linear model."""
        return Fitted(self.weights + other.weights, self.bias + other.bias)


Fit = Callable[["Groups"], Fitted]
"""Fits on the rows at the places given."""


def matrix(texts: Sequence[str]) -> csr_matrix:
    """(N, ROWS) features of texts, as the running product sees them."""
    from scipy.sparse import csr_matrix, vstack

    features = NgramFeatures()
    parts = []
    for start in range(0, len(texts), AT_ONCE):
        grams = features.of(texts[start : start + AT_ONCE])
        parts.append(csr_matrix((grams.values, grams.rows, grams.starts), (len(grams.starts) - 1, ROWS)))
    return vstack(parts, "csr") if parts else csr_matrix((0, ROWS), dtype=np.float32)


def fit(features: csr_matrix, labels: Bits, weights: Floats, penalty: float = 1.0, words: float = 1.0) -> Fitted:
    """Logistic regression with the columns scaled by idf, ln((1 + N) / (1 + n)) + 1, which the weights then hold.

    `labels` (N,) 0 or 1, `weights` (N,) how much each text counts, `penalty` C of scikit-learn's LogisticRegression,
    `words` how much the block of words counts against that of runs of bytes.
    """
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    texts = np.bincount(features.indices, minlength=ROWS)
    used = np.flatnonzero(texts >= LEAST_TEXTS)
    idf = np.log((1 + features.shape[0]) / (1 + texts[used])) + 1
    idf[used >= RUN_ROWS] *= words
    model = LogisticRegression(C=penalty, solver="liblinear", tol=1e-3, max_iter=200)
    model.fit(features[:, used].multiply(idf).tocsr(), labels, sample_weight=weights)
    coefficients = np.zeros(ROWS)
    coefficients[used] = model.coef_[0] * idf
    return Fitted(coefficients, float(model.intercept_[0]))


def folds(groups: Groups, count: int, seed: int = 0) -> NDArray[np.int64]:
    """(N,) the fold of each text; a group lies in one fold, folds are about equal in texts."""
    sizes = np.bincount(groups)
    order = np.random.default_rng(seed).permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    of_group = np.zeros(len(sizes), np.int64)
    filled = np.zeros(count)
    for group in order:
        of_group[group] = least = int(np.argmin(filled))
        filled[least] += sizes[group]
    return of_group[groups]


def cross_fit(features: csr_matrix, fold: Groups, how: Fit) -> Floats:
    """(N,) scores of each text by a model that has not seen its fold."""
    scores = np.zeros(len(fold))
    for number in np.unique(fold):
        held = fold == number
        scores[held] = how(np.flatnonzero(~held)).scores(features[held])
    return scores


def calibrate(scores: Floats, labels: Bits, weights: Floats) -> tuple[float, float]:
    """Slope and shift that turn scores into log-odds (Platt 1999), from scores of texts not trained on."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e3).fit(scores[:, None], labels, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def save(folder: Path, outputs: Sequence[str], fitted: Sequence[Fitted]) -> None:
    """Writes model.safetensors: weights in int8, one scale per output."""
    from safetensors.numpy import save_file

    weights = np.stack([one.weights for one in fitted], axis=1)
    scale = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    packed = np.ascontiguousarray(np.round(weights / scale).astype(np.int8))
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        "weights": packed,
        "scale": scale.astype(np.float32),
        "bias": np.array([one.bias for one in fitted], np.float32),
    }
    save_file(tensors, folder / MODEL_FILE, {"features": FORMAT, "outputs": " ".join(outputs)})
    (folder / MODEL_FILE).chmod(0o644)
