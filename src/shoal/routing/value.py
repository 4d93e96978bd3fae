"""The value model: what each model's answer to an ask would be worth, and how many tokens it would take. CPU only.

P(good) of model k = tables (`tables.py`) + a linear model of n-grams and plain measures (`design.py`, `ridge.py`) of
what the tables leave over. All models share features and penalty, so that the difference of two models' values is
the ridge regression of the gain of one over the other. It knows no prices and sets no threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError
from shoal.routing.design import Design, Scales
from shoal.routing.features import AskFeatures, Asks
from shoal.routing.foreign import Foreign
from shoal.routing.grams import GramWeights
from shoal.routing.labels import Labels
from shoal.routing.ridge import solve
from shoal.routing.tables import Tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Floats = NDArray[np.float32]

PENALTY = 16.0
"""Of the ridge; asks have length 1 whatever the data. Chosen on other splits than those reported: 8 to 32 do alike."""
FEWEST = 50
FEWEST_ANCHORS = 200
ANCHOR_PENALTY = 5.0


@dataclass(frozen=True, slots=True)
class Values:
    """Of N asks and K models: `good` (N, K) the expected score, which may lie a little outside 0..1 (cut off, it would
    tell less of the difference between two); `tokens` (N, K) expected output tokens, NaN where
    never seen; `foreign` (N,) whether the ask is unlike the training data."""

    good: Doubles
    tokens: Doubles
    foreign: NDArray[np.bool]


@dataclass(frozen=True, slots=True)
class ValueModel:
    """`grams` and `surface` (2 WAVES, 2K): the weights for each model's score, and for its log tokens; `tables` of the
    scores and `lengths` of log tokens."""

    models: tuple[str, ...]
    scales: Scales
    grams: GramWeights = field(repr=False)
    surface: Doubles = field(repr=False)
    tables: Tables
    lengths: Doubles
    foreign: Foreign

    @classmethod
    def fit(cls, labels: Labels, features: AskFeatures, penalty: float = PENALTY) -> ValueModel:
        """From asks of which every model has a score. Raises ConfigError for fewer than FEWEST of them."""
        known = labels.complete()
        if len(known) < FEWEST:
            raise ConfigError(
                f"{len(known)} asks have a score of every model, {FEWEST} are the least to learn from: label more"
            )
        asks = features.of(known.asks)
        tables = Tables.fit(known.scores, known.groups)
        left = known.scores - np.array([tables.of(group) for group in known.groups])
        lengths, late = _lengths(known.tokens)
        scales = Scales.fit(asks)
        design = Design(asks, scales)
        weights = solve(design, np.hstack([left, late]), penalty)
        foreign = Foreign.fit(asks, groups=known.groups)
        seen = design.seen
        columns = (column[: len(seen)] * scales.idf[seen] for column in weights.T)
        grams = GramWeights.of(columns, seen, beside(scales, foreign))
        return cls(known.models, scales, grams, weights[len(seen) :], tables, lengths, foreign)

    def values(self, asks: Asks, groups: Sequence[Mapping[str, str]]) -> Values:
        """What the models' answers to these asks would be worth."""
        count, found = len(self.models), self.grams.sums(asks)
        linear = found[:, : 2 * count] + self.scales.dense(asks) @ self.surface
        good = linear[:, :count] + np.array([self.tables.of(group) for group in groups])
        late = linear[:, count:] + self.lengths
        tokens = np.expm1(np.minimum(np.maximum(late, 0.0, out=late), 15.0, out=late), out=late)
        foreign = self.foreign.is_foreign((found[:, -1], self.foreign.usual(asks.surface)))
        if self.foreign.told:
            foreign |= self.foreign.lacking(groups)
        return Values(good, tokens, foreign)

    def joined(self, name: str, anchors: Labels, features: AskFeatures) -> ValueModel:
        """This model with one more, from some hundreds of its scores: a mixture of the known models' values, fitted by
        ridge towards their mean. The others stay as they are. Raises ConfigError for fewer than FEWEST_ANCHORS, and
        for a model that is known already."""
        if name in self.models:
            raise ConfigError(f"'{name}' is known already: to learn more, make all anew with 'shoal route certify'")
        column = anchors.of([name])
        rows = np.flatnonzero(~np.isnan(column.scores[:, 0]))
        if len(rows) < FEWEST_ANCHORS:
            raise ConfigError(
                f"{len(rows)} anchors have a score of '{name}', {FEWEST_ANCHORS} are the least: label more"
            )
        some = column.taken(rows)
        known = self.values(features.of(some.asks), some.groups).good
        mixture, shift = _mixture(known, some.scores[:, 0])
        return self._with(name, mixture, shift, float(_lengths(some.tokens)[0][0]))

    def _with(self, name: str, mixture: Doubles, shift: float, length: float) -> ValueModel:
        count = len(self.models)
        grams = self.grams.with_columns(self.grams.mixed(mixture), count)
        plain, plain_late = self.surface[:, :count], self.surface[:, count:]
        added = (plain @ mixture)[:, None]
        surface = np.hstack([plain, added, plain_late, np.zeros_like(added)])
        mean = np.append(self.tables.mean, self.tables.mean @ mixture + shift)
        effects = {
            level: {group: np.append(effect, effect @ mixture) for group, effect in known.items()}
            for level, known in self.tables.effects.items()
        }
        models, lengths = (*self.models, name), np.append(self.lengths, length)
        return ValueModel(models, self.scales, grams, surface, Tables(mean, effects), lengths, self.foreign)


def beside(scales: Scales, foreign: Foreign) -> Floats:
    """(ROWS, 2): of each n-gram idf squared and log-probability, side by side, since both are read for each ask."""
    return np.stack([scales.idf**2, foreign.rarity], axis=1)


def _lengths(tokens: Doubles) -> tuple[Doubles, Doubles]:
    """(K,) mean log tokens, and (N, K) what is over it; an unknown count is taken for the mean."""
    late = np.log1p(tokens)
    seen = ~np.isnan(late)
    counts = seen.sum(axis=0)
    means = np.where(counts > 0, np.where(seen, late, 0.0).sum(axis=0) / np.maximum(counts, 1), np.nan)
    return means, np.where(seen, late - np.where(np.isnan(means), 0.0, means), 0.0)


def _mixture(known: Doubles, wanted: Doubles) -> tuple[Doubles, float]:
    """(K,) weights and a shift: wanted ~ known @ weights + shift, by ridge towards equal weights."""
    count = known.shape[1]
    equal = np.full(count, 1 / count)
    centred, middle = known - known.mean(axis=0), wanted.mean()
    left = wanted - middle - centred @ equal
    weights = equal + np.linalg.solve(centred.T @ centred + ANCHOR_PENALTY * np.eye(count), centred.T @ left)
    return weights, float(middle - known.mean(axis=0) @ weights)
