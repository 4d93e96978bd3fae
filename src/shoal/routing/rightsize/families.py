"""Families of tasks, where nobody named them: by system prompt, and within one by clusters of what is asked.

The asks become vectors of latent dimensions (Deerwester et al. 1990) of their hashed n-grams; k-means parts them for
the number of clusters with the best silhouette, and not at all where none stands out. A family is named after words
that many of its asks use, in small letters everywhere, so that a name of somebody is none of them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shoal.routing.features import AskFeatures, Asks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.routing.rightsize.tasks import Task

    Doubles = NDArray[np.float64]
    Places = NDArray[np.int64]

ALL = "all tasks"
FEWEST_TO_PART = 120
FEWEST_IN_FAMILY = 30
MOST_FAMILIES = 8
DIMENSIONS = 16
LEAST_SILHOUETTE = 0.36
"""Random words reach 0.20 to 0.33, school sums 0.31, a bank's questions 0.48, a bank and school sums 0.63."""
ROUNDS, STARTS = 25, 4
NAME_WORDS = 3
WORD_IN = 5
"""A word of a name occurs in so many asks at least."""
_WORD = re.compile(r"(?<!\w)[^\W\d_]{4,20}(?!\w)")
# Within a sentence: perhaps a name.
_CAPITAL = re.compile(r"(?<=[\w,] )[A-ZÀ-Þ][^\W\d_]{3,19}")


def families(tasks: Sequence[Task], seed: int = 0) -> list[str]:
    """The family of each task: as given, else found."""
    found = [task.family or "" for task in tasks]
    open_yet = [at for at, name in enumerate(found) if not name]
    taken = {name for name in found if name}
    for part in _by_template(tasks, open_yet):
        for at, name in zip(part, _clusters([tasks[each].chat.ask for each in part], seed), strict=True):
            found[at] = name
    templates = _by_template(tasks, open_yet)
    for part in templates if len(templates) > 1 else ():
        mark = hashlib.sha256(tasks[part[0]].chat.system.encode("utf-8", "surrogatepass")).hexdigest()[:6]
        for at in part:
            found[at] = f"template {mark}" if found[at] == ALL else f"template {mark}: {found[at]}"
    return [f"{name} (found)" if at in set(open_yet) and name in taken else name for at, name in enumerate(found)]


def _by_template(tasks: Sequence[Task], chosen: Sequence[int]) -> list[list[int]]:
    parts: dict[str, list[int]] = {}
    for at in chosen:
        parts.setdefault(tasks[at].chat.system, []).append(at)
    return list(parts.values())


def _clusters(asks: Sequence[str], seed: int) -> list[str]:
    """A name for each ask; ALL for all of them where they do not fall apart."""
    if len(asks) < FEWEST_TO_PART:
        return [ALL] * len(asks)
    labels = parted(latent(AskFeatures().of(asks), seed), seed)
    if labels is None:
        return [ALL] * len(asks)
    names = named(asks, labels)
    return [names[int(label)] for label in labels]


def latent(asks: Asks, seed: int) -> Doubles:
    """(N, DIMENSIONS): the asks' inverse-frequency weighted n-grams by randomised singular vectors (Halko et al. 2011),
    each of length 1."""
    grams = asks.grams
    sizes = np.diff(grams.starts)
    count = len(sizes)
    seen = np.bincount(grams.rows)
    kept = (seen[grams.rows] > max(1, 0.003 * count)) & (seen[grams.rows] <= max(2, 0.5 * count))
    owners = np.repeat(np.arange(count), sizes)[kept]
    rows, columns = np.unique(grams.rows[kept], return_inverse=True)
    weights = np.log(count / seen[rows])[columns]
    lengths = np.sqrt(np.bincount(owners, weights**2, minlength=count))
    weights = weights / np.maximum(lengths[owners], 1e-12)
    generator = np.random.default_rng(seed)
    basis = generator.standard_normal((max(len(rows), 1), DIMENSIONS))
    order = np.argsort(columns, kind="stable")
    for _ in range(2):
        basis, _ = np.linalg.qr(basis)
        spread = _product(owners, columns, weights, basis, count)
        basis = _product(columns[order], owners[order], weights[order], spread, max(len(rows), 1))
    basis, _ = np.linalg.qr(basis)
    found = _product(owners, columns, weights, basis, count)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12))


def _product(into: Places, of: Places, weights: Doubles, dense: Doubles, size: int) -> Doubles:
    """A sparse matrix times a dense one, entry by entry; `into` ascends."""
    out = np.zeros((size, dense.shape[1]))
    if not len(into):
        return out
    firsts = np.flatnonzero(np.diff(into, prepend=-1))
    out[into[firsts]] = np.add.reduceat(weights[:, None] * dense[of], firsts, axis=0)
    return out


def parted(points: Doubles, seed: int) -> Places | None:
    """(N,) clusters; None where no number of them stands out, or one would be smaller than FEWEST_IN_FAMILY."""
    generator = np.random.default_rng(seed)
    best: tuple[float, Places] | None = None
    for count in range(2, MOST_FAMILIES + 1):
        labels, centres = k_means(points, count, generator)
        sizes = np.bincount(labels, minlength=count)
        if sizes.min() < FEWEST_IN_FAMILY:
            continue
        width = silhouette(points, labels, centres)
        if width >= LEAST_SILHOUETTE and (best is None or width > best[0]):
            best = width, labels
    return None if best is None else best[1]


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


def named(asks: Sequence[str], labels: Places) -> dict[int, str]:
    """A name for each cluster: words that many of its asks use and few of the others."""
    heard: dict[int, Counter[str]] = {int(label): Counter() for label in np.unique(labels)}
    capital: set[str] = set()
    for ask, label in zip(asks, labels, strict=True):
        words = set(_WORD.findall(ask))
        heard[int(label)].update({word.lower() for word in words})
        capital.update(word.lower() for word in _CAPITAL.findall(ask))
    everywhere = sum(heard.values(), Counter[str]())
    sizes = Counter(map(int, labels))
    found: dict[int, str] = {}
    for label, counts in heard.items():
        usual = {
            word: count / sizes[label] - (everywhere[word] - count) / max(len(asks) - sizes[label], 1)
            for word, count in counts.items()
            if count >= max(WORD_IN, 0.02 * sizes[label]) and word not in capital
        }
        best = sorted(usual, key=lambda word: (-usual[word], word))[:NAME_WORDS]
        found[label] = ", ".join(best) or f"cluster {label + 1}"
    return _told_apart(found)


def _told_apart(names: dict[int, str]) -> dict[int, str]:
    twice = {name for name, count in Counter(names.values()).items() if count > 1}
    return {label: f"{name} ({label + 1})" if name in twice else name for label, name in names.items()}
