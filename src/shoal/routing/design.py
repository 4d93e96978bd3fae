"""The design matrix of asks for linear models: sparse n-grams weighted by rarity, beside waves of the plain measures.

Rows are asks of length 1 in each block of n-grams (runs of bytes; words and pairs), tf-idf as in Salton and Buckley
(1988) with the term frequency left out. The waves are random Fourier features of a Gaussian kernel (Rahimi and Recht
2007). numpy alone: products go chunk by chunk, so that memory stays bounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.routing.features import SURFACE, Asks
from shoal.text.ngrams import ROWS, RUN_ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Floats = NDArray[np.float32]

CHUNK = 1_000_000
"""Entries of the matrix that are worked on at once."""
SURFACE_WEIGHT = 0.1
"""The plain measures' part of the kernel against 2 for the n-grams; chosen on other splits than those reported."""
FARTHEST = 3.0
WAVES = 32
HEIGHT = math.sqrt(SURFACE_WEIGHT / WAVES)
WIDTH = ROWS + 2 * WAVES


@dataclass(frozen=True, slots=True)
class Scales:
    """How features become columns, from the asks of the training data alone: `idf` (ROWS,) of the n-grams, `middle`
    (S,) of the plain measures, and `waves` (S, WAVES) their frequencies, `spread` (S,) taken in."""

    idf: Floats = field(repr=False)
    middle: Doubles = field(repr=False)
    spread: Doubles = field(repr=False)
    waves: Doubles = field(repr=False)

    @classmethod
    def fit(cls, asks: Asks) -> Scales:
        """idf = ln((1 + n) / (1 + df)) + 1. A feature that no ask has counts too: it shortens what is known of a text
        that is full of such, so that little is said of it."""
        seen = np.bincount(asks.grams.rows, minlength=ROWS)
        idf = (np.log((1 + len(asks)) / (1 + seen)) + 1).astype(np.float32)
        waves = np.random.default_rng(0).normal(size=(len(SURFACE), WAVES)) * np.sqrt(2 / len(SURFACE))
        return cls(idf, asks.surface.mean(axis=0), asks.surface.std(axis=0) + 1e-6, waves)

    def dense(self, asks: Asks) -> Doubles:
        """(N, 2 WAVES) columns of the plain measures."""
        scaled = (asks.surface - self.middle) / self.spread
        np.maximum(np.minimum(scaled, FARTHEST, out=scaled), -FARTHEST, out=scaled)
        phases = scaled @ self.waves
        found = np.empty((len(asks), 2 * WAVES))
        np.cos(phases, out=found[:, :WAVES])
        np.sin(phases, out=found[:, WAVES:])
        found *= HEIGHT
        return found


class Design:
    """The matrix (N, C + 2 WAVES) of N asks: a column for each n-gram that any of them has, the waves last. `seen`
    (C,) are the rows of those n-grams, ascending."""

    def __init__(self, asks: Asks, scales: Scales) -> None:
        there = np.zeros(ROWS, bool)
        there[asks.grams.rows] = True
        self.seen = np.flatnonzero(there)
        self.width = len(self.seen) + 2 * WAVES
        places = np.cumsum(there, dtype=np.int32) - 1
        self.rows = places[asks.grams.rows]
        self.starts = asks.grams.starts
        self.values = scales.idf[asks.grams.rows]
        self._normalise(int(np.searchsorted(self.seen, RUN_ROWS)))
        self.dense = scales.dense(asks)

    def __len__(self) -> int:
        return len(self.dense)

    def times(self, weights: Doubles) -> Doubles:
        """(N, K) = X (width, K)."""
        out = np.asarray(self.dense @ weights[len(self.seen) :])
        slim = weights[: len(self.seen)].astype(np.float32)
        for texts, entries in self._chunks():
            taken = slim[self.rows[entries]]
            taken *= self.values[entries, None]
            starts = self.starts[texts.start : texts.stop] - entries.start
            filled = np.diff(self.starts[texts.start : texts.stop + 1]) > 0
            out[texts][filled] += np.add.reduceat(taken, starts[filled])
        return out

    def transposed_times(self, residuals: Doubles) -> Doubles:
        """(width, K) = X' (N, K)."""
        count = len(self.seen)
        out = np.zeros((self.width, residuals.shape[1]))
        out[count:] = self.dense.T @ residuals
        for texts, entries in self._chunks():
            owners = np.repeat(np.arange(texts.start, texts.stop), np.diff(self.starts[texts.start : texts.stop + 1]))
            for column in range(residuals.shape[1]):
                weights = residuals[owners, column] * self.values[entries]
                out[:count, column] += np.bincount(self.rows[entries], weights=weights, minlength=count)
        return out

    def _normalise(self, words: int) -> None:
        """Each block to length 1; `words` is the first column of a word."""
        for texts, entries in self._chunks():
            sizes = np.diff(self.starts[texts.start : texts.stop + 1])
            block = 2 * np.repeat(np.arange(len(sizes)), sizes) + (self.rows[entries] >= words)
            squares = np.bincount(block, weights=self.values[entries] ** 2, minlength=2 * len(sizes))
            self.values[entries] /= np.sqrt(squares)[block]

    def _chunks(self) -> Iterator[tuple[slice, slice]]:
        """Stretches of whole asks of about CHUNK entries: the asks and their entries."""
        first = 0
        while first < len(self.starts) - 1:
            last = int(np.searchsorted(self.starts, self.starts[first] + CHUNK, side="right")) - 1
            last = max(last, first + 1)
            yield slice(first, last), slice(int(self.starts[first]), int(self.starts[last]))
            first = last
