"""Foreign traffic: how unlike the training data an ask is, so that a router does not guess about what it never saw.

Two views: the mean log-probability of the ask's n-grams in the training data, and the Mahalanobis distance of its plain
measures. Each becomes a rank among held-out asks of the training data; the lower rank counts. And an ask that does not
tell what nearly all of the training data told (a system prompt, a tag of that key) is none of its kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.routing.features import Asks
from shoal.routing.groups import marks_of
from shoal.text.ngrams import ROWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Floats = NDArray[np.float32]

SMOOTHING = 0.1
RIDGE = 1e-3
SAME = 1e-5
STAY = 0.85
"""The share of the training data's own kind that is to be taken for known."""
TELL = 0.99
"""Where so many of the training data tell it, who does not is foreign."""
UNLIKE = "unlike anything that the router learned from"


@dataclass(frozen=True, slots=True)
class Foreign:
    """`rarity` (ROWS,) log-probabilities; `middle` (S,) and `precision` (S, S) of the plain measures; `ranks` (2, M)
    sorted values of held-out asks; an ask whose lower rank is under `threshold` is foreign, and one that lacks a mark
    (`groups.marks_of`) of `told`."""

    rarity: Floats = field(repr=False)
    middle: Doubles = field(repr=False)
    precision: Doubles = field(repr=False)
    ranks: Doubles = field(repr=False)
    threshold: float
    told: tuple[str, ...] = ()
    least: tuple[float, float] = field(init=False, repr=False)
    """The least value of each view with which an ask is not foreign."""

    def __post_init__(self) -> None:
        count = self.ranks.shape[1]
        places = np.arange(count + 1) / max(count, 1)
        first = int(places.searchsorted(self.threshold))
        least = self.ranks[:, first - 1] if 0 < first <= count else np.full(2, np.inf if first else -np.inf)
        # What `_seen` makes that of: it is turned round once, not for every ask.
        least = (least - SAME) / (1 + np.where(least < SAME, -SAME, SAME))
        object.__setattr__(self, "least", tuple(least.tolist()))

    @classmethod
    def fit(cls, asks: Asks, stay: float = STAY, groups: Sequence[Mapping[str, str]] = ()) -> Foreign:
        """Every fourth ask is held out for the ranks. `groups` are what the asks belong to, where that is known."""
        held = np.arange(len(asks)) % 4 == 3
        if held.all() or not held.any():
            held = np.zeros(len(asks), bool)
        own = ~held
        owners = np.repeat(np.arange(len(asks)), np.diff(asks.grams.starts))
        seen = np.bincount(asks.grams.rows[own[owners]], minlength=ROWS)
        rarity = np.log((seen + SMOOTHING) / (own.sum() + 1)).astype(np.float32)
        middle = asks.surface[own].mean(axis=0)
        spread = np.atleast_2d(np.cov(asks.surface[own].T)) if own.sum() > 1 else np.eye(asks.surface.shape[1])
        precision: Doubles = np.asarray(np.linalg.inv(spread + RIDGE * np.eye(len(middle))), np.float64)
        raw = cls(rarity, middle, precision, np.zeros((2, 0)), 0.0)
        views = [view[held if held.any() else own] for view in raw.views(asks)]
        ranked = cls(rarity, middle, precision, np.sort(views, axis=1), 0.0)
        lower = ranked.rank(views)
        return cls(rarity, middle, precision, ranked.ranks, float(np.quantile(lower, 1 - stay)), _told(groups))

    def views(self, asks: Asks) -> tuple[Doubles, Doubles]:
        """(N,) each: mean log-probability of n-grams, minus the squared Mahalanobis distance. Higher is more usual."""
        sizes = np.diff(asks.grams.starts)
        owners = np.repeat(np.arange(len(asks)), sizes)
        sums = np.bincount(owners, weights=self.rarity[asks.grams.rows], minlength=len(asks))
        return sums / np.maximum(sizes, 1), self.usual(asks.surface)

    def usual(self, surface: Doubles) -> Doubles:
        """(N,) minus the squared Mahalanobis distance of plain measures."""
        away = surface - self.middle
        return -np.asarray(np.add.reduce((away @ self.precision) * away, axis=-1))

    def rank(self, views: Sequence[Doubles]) -> Doubles:
        """(N,) the lower of the two ranks (0..1) of both views, each (N,)."""
        pairs = zip(self.ranks, views, strict=True)
        usual, plain = (ranks.searchsorted(_seen(view), side="right") for ranks, view in pairs)
        return np.asarray(np.minimum(usual, plain) / max(self.ranks.shape[1], 1))

    def is_foreign(self, views: Sequence[Doubles]) -> NDArray[np.bool]:
        """(N,) whether each ask is unlike the training data."""
        (usual, plain), (least, plainest) = views, self.least
        return np.asarray((usual < least) | (plain < plainest))

    def lacking(self, groups: Sequence[Mapping[str, str]]) -> NDArray[np.bool]:
        """(N,) whether asks of these groups lack what nearly all of the training data told."""
        return np.array([not marks_of(group).issuperset(self.told) for group in groups], bool)

    def why(self, group: Mapping[str, str]) -> str:
        """Why a foreign ask of this group is foreign."""
        has = marks_of(group)
        lacks = next((mark for mark in self.told if mark not in has), None)
        return UNLIKE if lacks is None else f"no {lacks}, which {TELL:.0%} or more of the labels had"


def _told(groups: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The marks that nearly all have, a tag with its key before any tag."""
    counts = Counter(mark for group in groups for mark in marks_of(group))
    return tuple(sorted((mark for mark, count in counts.items() if count >= TELL * len(groups)), reverse=True))


def _seen(view: Doubles) -> Doubles:
    """The same text twice has the same value, give or take the last digits."""
    return view + SAME * (1 + np.abs(view))
