"""Ridge regression by conjugate gradients: (X'X + penalty) w = X'y for several columns of y at once.

Hestenes and Stiefel (1952), preconditioned by nothing: the design's rows have bounded length, and the penalty bounds
the condition number. It knows no asks and no models.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

TOLERANCE = 1e-3
MOST_STEPS = 60
AT_ONCE = 16
"""Columns that are solved for at the same time, so that memory stays bounded."""


class Matrix(Protocol):
    """A matrix that is known by its products; `width` is its number of columns."""

    width: int

    def times(self, weights: Doubles) -> Doubles: ...

    def transposed_times(self, residuals: Doubles) -> Doubles: ...


def solve(matrix: Matrix, wanted: Doubles, penalty: float) -> Doubles:
    """(W, K) weights for the columns (N, K) that are wanted; those of a column of zeros are zero. Ends when every
    column's residual is TOLERANCE of what it was for w = 0. Raises ValueError for a penalty that is not above zero."""
    if not penalty > 0:
        raise ValueError("the penalty must be above zero")
    weights = np.zeros((matrix.width, wanted.shape[1]))
    given = np.flatnonzero(wanted.any(axis=0))
    for start in range(0, len(given), AT_ONCE):
        some = given[start : start + AT_ONCE]
        weights[:, some] = _solved(matrix, wanted[:, some], penalty)
    return weights


def _solved(matrix: Matrix, wanted: Doubles, penalty: float) -> Doubles:
    left = matrix.transposed_times(wanted)
    weights, direction, size = np.zeros_like(left), left.copy(), (left**2).sum(axis=0)
    enough = TOLERANCE**2 * size
    for _ in range(MOST_STEPS):
        if (size <= enough).all():
            break
        applied = _applied(matrix, direction, penalty)
        step = size / np.maximum((direction * applied).sum(axis=0), 1e-300)
        weights += step * direction
        left -= step * applied
        before, size = size, (left**2).sum(axis=0)
        direction = left + (size / np.maximum(before, 1e-300)) * direction
    return weights


def _applied(matrix: Matrix, weights: Doubles, penalty: float) -> Doubles:
    return matrix.transposed_times(matrix.times(weights)) + penalty * weights
