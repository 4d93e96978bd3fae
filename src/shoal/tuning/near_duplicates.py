"""Groups of near-duplicate texts, so that no copy of a test text is trained on; it knows no labels.

Two texts are near-duplicates where the Jaccard similarity of their sets of word trigrams reaches a threshold, or where
most of the shorter one's trigrams lie in the longer one; groups are the connected components (Broder 1997).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse  # type: ignore[import-untyped]

JACCARD = 0.2
CONTAINED = 0.5
_WORD = re.compile(r"\w+")
_LENGTH = 3
_AT_ONCE = 500


def shingles(texts: Sequence[str]) -> sparse.csr_matrix:
    """(N, S) of 0 and 1: which word trigrams each text has; a shorter text is one shingle."""
    from scipy import sparse

    numbers: dict[tuple[str, ...], int] = {}
    rows, columns = [], []
    for row, text in enumerate(texts):
        words = _WORD.findall(text.lower())
        found = {tuple(words[at : at + _LENGTH]) for at in range(max(1, len(words) - _LENGTH + 1))}
        rows += [row] * len(found)
        columns += [numbers.setdefault(shingle, len(numbers)) for shingle in found]
    return sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (len(texts), len(numbers)))


def groups(texts: Sequence[str], jaccard: float = JACCARD, contained: float = CONTAINED) -> NDArray[np.int64]:
    """(N,) the number of each text's group."""
    from scipy import sparse

    held = shingles(texts)
    sizes = np.asarray(held.sum(axis=1)).ravel()
    turned = held.T.tocsc()
    rows, columns = [np.arange(len(texts))], [np.arange(len(texts))]
    for start in range(0, len(texts), _AT_ONCE):
        common = (held[start : start + _AT_ONCE] @ turned).tocoo()
        mine, theirs = sizes[common.row + start], sizes[common.col]
        near = common.data >= jaccard * (mine + theirs - common.data)
        near |= (common.data >= contained * np.minimum(mine, theirs)) & (np.minimum(mine, theirs) >= 2 * _LENGTH)
        rows.append(common.row[near] + start)
        columns.append(common.col[near])
    row, column = np.concatenate(rows), np.concatenate(columns)
    graph = sparse.coo_matrix((np.ones(len(row)), (row, column)), (len(texts), len(texts)))
    return np.asarray(sparse.csgraph.connected_components(graph, directed=False)[1], np.int64)
