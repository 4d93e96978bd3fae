"""The value model's weights by n-gram, in a byte each: what they say of an ask. They know no model and no token.

Uniform quantisation with one scale per column, the largest weight at 127: on MMLU the wish for the large model moved by
.001 at most, and no figure in its third digit (docs/methodology/routing.md). A column of zeros is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.text.ngrams import ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.routing.features import Asks

    Doubles = NDArray[np.float64]
    Floats = NDArray[np.float32]
    Held = NDArray[np.int8] | NDArray[np.float32]

MOST = 127


@dataclass(frozen=True, slots=True)
class GramWeights:
    """`held` (ROWS, C) times `scale` (C,): idf times the weight of each n-gram, of the columns `places` (C,) of all
    `width`. `beside` (ROWS, 2): idf squared, and the log-probability. Routes of before hold floats, of scale 1."""

    held: Held = field(repr=False)
    scale: Floats = field(repr=False)
    places: NDArray[np.int64]
    width: int
    beside: Floats = field(repr=False)

    @classmethod
    def of(cls, columns: Iterable[Doubles | Floats], seen: NDArray[np.int64], beside: Floats) -> GramWeights:
        """From columns of weights, each of the n-grams `seen`; those of all others are zero."""
        found, width = [], 0
        for width, column in enumerate(columns, 1):
            if column.any():
                found.append((width - 1, *rounded(column)))
        held = np.zeros((ROWS, len(found)), np.int8)
        for at, (_, steps, _) in enumerate(found):
            held[seen, at] = steps
        scale = np.array([each[2] for each in found], np.float32)
        return cls(held, scale, np.array([each[0] for each in found], np.int64), width, beside)

    def sums(self, asks: Asks) -> Doubles:
        """(N, width + 1): the sum of each column over an ask's n-grams, each block of them of length 1; at the end the
        mean log-probability."""
        rows, borders = asks.grams.rows, asks.grams.borders.tolist()
        out = np.zeros((len(asks), self.width + 1))
        for at in range(len(asks)):
            start, split, end = borders[2 * at : 2 * at + 3]
            own = rows[start:end]
            parts = np.zeros((2, len(own)), np.float32)
            parts[0, : split - start] = parts[1, split - start :] = 1
            (runs, rare), (words, seldom) = (parts @ self.beside.take(own, axis=0, mode="clip")).tolist()
            parts[0] /= math.sqrt(runs) or 1.0
            parts[1] /= math.sqrt(words) or 1.0
            taken = self.held.take(own, axis=0, mode="clip").astype(np.float32, copy=False)
            out[at, self.places] = (parts[0] + parts[1]) @ taken * self.scale
            out[at, -1] = (rare + seldom) / max(len(own), 1)
        return out

    def mixed(self, mixture: Doubles) -> Doubles:
        """(ROWS,) the first columns, as many as the mixture has parts, times these parts."""
        found = np.zeros(ROWS)
        for at, place in enumerate(self.places):
            if place < len(mixture):
                found += self.held[:, at] * (float(self.scale[at]) * mixture[place])
        return found

    def with_columns(self, more: Doubles, count: int) -> GramWeights:
        """These with a column at `count`, and one of zeros at the end."""
        steps, scale = rounded(more)
        held = np.hstack([self.held, steps.astype(self.held.dtype)[:, None]])
        places = np.append(np.where(self.places < count, self.places, self.places + 1), count)
        return GramWeights(held, np.append(self.scale, np.float32(scale)), places, self.width + 2, self.beside)


def rounded(column: Doubles | Floats) -> tuple[NDArray[np.int8], float]:
    """The column in steps of -MOST to MOST, and how large a step is."""
    scale = float(np.abs(column).max(initial=0.0)) / MOST or 1.0
    return np.rint(column / scale).astype(np.int8), scale
