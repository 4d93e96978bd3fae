"""Word vectors from which words stand near which, without labels; it knows no words, only rows of a table.

Positive pointwise mutual information of pairs up to REACH tokens apart, counted as 1 / distance, factored by singular
values (Levy and Goldberg 2014; contexts smoothed by the power 0.75, Levy, Goldberg and Dagan 2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    Floats = NDArray[np.float32]
    Rows = NDArray[np.int32]

REACH = 8
SMOOTH = 0.75
SURE = 2.0
"""A pair that counts for less says less."""
OFTEN = 5
"""The vector of a word seen fewer times is shorter."""


def word_vectors(texts: Sequence[Rows], rows: int, width: int) -> Floats:
    """(rows, width) one vector for each row, of length 1 or less; `texts` are rows of tokens (T,), 0 for none."""
    from scipy.sparse.linalg import svds  # type: ignore[import-untyped]

    apart = np.zeros(REACH, np.int64)
    tokens = np.concatenate([part for text in texts for part in (text.astype(np.int64), apart)])
    left, values, _ = svds(_information(_pairs(tokens, rows)), k=width, random_state=0)
    found = left * np.sqrt(values)
    found /= np.linalg.norm(found, axis=1, keepdims=True) + 1e-6
    often = np.minimum(1, np.sqrt(np.bincount(tokens, minlength=rows) / OFTEN))
    return np.asarray(found * often[:, None], np.float32)


def _pairs(tokens: NDArray[np.int64], rows: int) -> csr_matrix:
    """(rows, rows) how often two are near, both ways."""
    from scipy.sparse import coo_matrix, csr_matrix

    total = csr_matrix((rows, rows))
    for distance in range(1, REACH + 1):
        first, second = tokens[:-distance], tokens[distance:]
        there = (first > 0) & (second > 0)
        counts = np.full(int(there.sum()), 1 / distance)
        found = coo_matrix((counts, (first[there], second[there])), (rows, rows)).tocsr()
        total = total + found + found.T
    return total


def _information(pairs: csr_matrix) -> csr_matrix:
    from scipy.sparse import csr_matrix

    sums = np.asarray(pairs.sum(axis=1)).ravel()
    smooth = sums**SMOOTH
    held = pairs.tocoo()
    more = np.log(held.data * smooth.sum() / (sums[held.row] * smooth[held.col]))
    there = more > 0
    values = more[there] * np.minimum(1, held.data[there] / SURE)
    return csr_matrix((values, (held.row[there], held.col[there])), pairs.shape)
