"""Fits a conditional logit with "none of these" as one more choice; it knows neither texts nor features' meanings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One scene: `units` (n, U), `scene` (S,) with a leading one, `right` (n,) which units answer (maybe none), and
    how much the scene counts."""

    units: Floats = field(repr=False)
    scene: Floats = field(repr=False)
    right: NDArray[np.bool_] = field(repr=False)
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights for raw features: `unit` (U,), `scene` (S,)."""

    unit: Floats
    scene: Floats

    def chances(self, choice: Choice) -> Floats:
        """(n,): the probability of each unit."""
        scores = np.append(choice.units @ self.unit, choice.scene @ self.scene)
        powers = np.exp(scores - scores.max())
        found: Floats = (powers / powers.sum())[:-1]
        return found


class _Likelihood:
    """The penalised negative log-likelihood and its gradient over all scenes at once."""

    def __init__(self, units: Floats, scenes: Floats, choices: Sequence[Choice], penalty: float) -> None:
        self._units, self._scenes, self._penalty = units, scenes, penalty
        sizes = [len(each.right) for each in choices]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._owner = np.repeat(np.arange(len(choices)), sizes)
        self._right = np.concatenate([each.right for each in choices]).astype(float)
        self._none = np.array([not each.right.any() for each in choices], float)
        self._weight = np.array([each.weight for each in choices])

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        width = self._units.shape[1]
        units, none = self._units @ theta[:width], self._scenes @ theta[width:]
        most = np.maximum(np.maximum.reduceat(units, self._starts), none)
        powers, none_power = np.exp(units - most[self._owner]), np.exp(none - most)
        total = np.add.reduceat(powers, self._starts) + none_power
        good, none_good = powers * self._right, none_power * self._none
        good_total = np.add.reduceat(good, self._starts) + none_good
        loss = -float(self._weight @ np.log(good_total / total)) + self._penalty * float(theta @ theta)
        unit_slope = (powers / total[self._owner] - good / good_total[self._owner]) * self._weight[self._owner]
        none_slope = (none_power / total - none_good / good_total) * self._weight
        slope = np.concatenate([self._units.T @ unit_slope, self._scenes.T @ none_slope])
        return loss, slope + 2 * self._penalty * theta


def fit(choices: Sequence[Choice], penalty: float = 3.0, most_steps: int = 120) -> Fitted:
    """The maximum-likelihood weights with an L2 penalty on standardised features."""
    units = np.concatenate([each.units for each in choices]).astype(float)
    scenes = np.stack([each.scene for each in choices]).astype(float)
    centre, spread = units.mean(0), units.std(0) + 1e-6
    scene_centre, scene_spread = scenes.mean(0), scenes.std(0) + 1e-6
    scene_centre[0], scene_spread[0] = 0.0, 1.0
    target = _Likelihood((units - centre) / spread, (scenes - scene_centre) / scene_spread, choices, penalty)
    start = np.zeros(units.shape[1] + scenes.shape[1])
    found = minimize(target, start, jac=True, method="L-BFGS-B", options={"maxiter": most_steps}).x
    unit = found[: units.shape[1]] / spread
    scene = found[units.shape[1] :] / scene_spread
    scene[0] += float(centre @ unit) - float(scene_centre[1:] @ scene[1:])
    return Fitted(unit, scene)
