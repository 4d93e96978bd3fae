"""Clusters of asks: spherical k-means on latent dimensions (Deerwester et al. 1990) of their hashed n-grams. It names
nothing and calls no model.

A part is halved again and again for as long as its halves stand apart, each time in latent dimensions of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shoal.routing.features import AskFeatures, Asks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Places = NDArray[np.int64]

FEWEST_TO_PART = 120
FEWEST_IN_FAMILY = 30
MOST_FAMILIES = 24
DIMENSIONS = 32
MOST_LEARNED = 20_000
"""Of more asks a sample is parted; the others go where they are nearest."""
LEAST_SILHOUETTE = 0.30
"""Halves of random words reach 0.17, of one source 0.20 to 0.29, of two sources 0.31 to 0.45 (bench/families.py)."""
RARE, USUAL = 0.003, 0.5
"""N-grams count that a larger share of the asks than RARE has, and a smaller one than USUAL."""
ROUNDS, STARTS = 25, 4


def parted(asks: Sequence[str], seed: int = 0) -> Places:
    """(N,) the cluster of each ask, 0 for all where none stands out."""
    found = np.zeros(len(asks), np.int64)
    if len(asks) < FEWEST_TO_PART:
        return found
    # In an order of their own, so that the clusters do not hang on that of the file.
    order = sorted(range(len(asks)), key=lambda at: asks[at])
    features = AskFeatures().of([asks[at] for at in order])
    waiting, number = [np.arange(len(asks))], 0
    while waiting and number + len(waiting) < MOST_FAMILIES:
        rows = waiting.pop(0)
        halves = _halved(features, rows, seed)
        if halves is None:
            found[rows] = number
            number += 1
        else:
            waiting += halves
    for rows in waiting:
        found[rows] = number
        number += 1
    back = np.empty_like(found)
    back[order] = found
    return back


def _halved(features: Asks, rows: Places, seed: int) -> list[Places] | None:
    """The halves of those asks; None where they do not stand apart, or one would be too small."""
    if len(rows) < FEWEST_TO_PART:
        return None
    points = latent(features, rows, seed)
    some = np.sort(np.random.default_rng(seed).permutation(len(rows))[:MOST_LEARNED])
    labels, centres = k_means(points[some], 2, np.random.default_rng(seed))
    if silhouette(points[some], labels, centres) < LEAST_SILHOUETTE:
        return None
    side = (points @ centres.T).argmax(axis=1)
    halves = [rows[side == at] for at in range(2)]
    return halves if min(map(len, halves)) >= FEWEST_IN_FAMILY else None


def latent(asks: Asks, rows: Places, seed: int) -> Doubles:
    """(len(rows), DIMENSIONS): the n-grams of those asks, weighted by inverse frequency, by randomised singular vectors
    (Halko et al. 2011), each of length 1."""
    owners, grams = _grams(asks, rows)
    count = len(rows)
    seen = np.bincount(grams)
    kept = (seen[grams] > max(1, RARE * count)) & (seen[grams] <= max(2, USUAL * count))
    owners, grams = owners[kept], grams[kept]
    columns, places = np.unique(grams, return_inverse=True)
    weights = np.log(count / seen[columns])[places]
    lengths = np.sqrt(np.bincount(owners, weights**2, minlength=count))
    weights = weights / np.maximum(lengths[owners], 1e-12)
    width = max(len(columns), 1)
    basis = np.random.default_rng(seed).standard_normal((width, DIMENSIONS))
    order = np.argsort(places, kind="stable")
    for _ in range(3):
        basis, _ = np.linalg.qr(basis)
        spread = _product(owners, places, weights, basis, count)
        basis = _product(places[order], owners[order], weights[order], spread, width)
    basis, _ = np.linalg.qr(basis)
    found = _product(owners, places, weights, basis, count)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12))


def _grams(asks: Asks, rows: Places) -> tuple[Places, Places]:
    """The n-grams of those asks, and beside each the place of its ask in `rows`."""
    starts = asks.grams.starts
    sizes = np.diff(starts)
    chosen = np.zeros(len(sizes), bool)
    chosen[rows] = True
    place = np.zeros(len(sizes), np.int64)
    place[rows] = np.arange(len(rows))
    kept = np.repeat(chosen, sizes)
    return np.repeat(place, sizes)[kept], asks.grams.rows[kept]


def _product(into: Places, of: Places, weights: Doubles, dense: Doubles, size: int) -> Doubles:
    """A sparse matrix times a dense one, entry by entry; `into` ascends."""
    out = np.zeros((size, dense.shape[1]))
    if not len(into):
        return out
    firsts = np.flatnonzero(np.diff(into, prepend=-1))
    out[into[firsts]] = np.add.reduceat(weights[:, None] * dense[of], firsts, axis=0)
    return out


def k_means(points: Doubles, count: int, generator: np.random.Generator) -> tuple[Places, Doubles]:
    """(N,) clusters and their (count, D) centres on the sphere: the best of STARTS begun by k-means++."""
    best: tuple[float, Places, Doubles] | None = None
    for _ in range(STARTS):
        centres = _begun(points, count, generator)
        labels = (points @ centres.T).argmax(axis=1)
        for _ in range(ROUNDS):
            sums = np.stack([points[labels == at].sum(axis=0) for at in range(count)])
            centres = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
            moved = (points @ centres.T).argmax(axis=1)
            if (moved == labels).all():
                break
            labels = moved
        fit = float((points * centres[labels]).sum())
        if best is None or fit > best[0]:
            best = fit, labels, centres
    assert best is not None
    return best[1], best[2]


def _begun(points: Doubles, count: int, generator: np.random.Generator) -> Doubles:
    centres = [points[generator.integers(len(points))]]
    while len(centres) < count:
        away = np.clip(1 - (points @ np.stack(centres).T).max(axis=1), 0, None)
        total = away.sum()
        chance = away / total if total > 0 else None
        centres.append(points[generator.choice(len(points), p=chance)])
    return np.stack(centres)


def silhouette(points: Doubles, labels: Places, centres: Doubles) -> float:
    """The mean simplified silhouette (Hruschka et al. 2004): of the distances to the own and the next centre."""
    away = 1 - points @ centres.T
    own = away[np.arange(len(points)), labels]
    away[np.arange(len(points)), labels] = np.inf
    other = away.min(axis=1)
    return float(np.mean((other - own) / np.maximum(np.maximum(own, other), 1e-12)))
