"""Weighing: how likely each unit is the one that answers, and how likely none does; it reads no text.

A conditional logit (McFadden 1974) over the units and one more choice, "none of these": p(unit) = exp(u·x) / (sum over
all units + exp(n·z)), with x the unit's features and z what is known of the whole scene.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from shoal.errors import WeightsError
from shoal.models.specialists.relevance import FEATURES

Floats = NDArray[np.float32]

SHARED = 0.35
# Features that are the same for all units say nothing about which one answers, only about whether any does.
WHOLE = ("missing_anywhere", "unknown_share", "asked_words", "asked_weight", "any_expected", "demands")
BEST = (
    *("exact", "own", "titled", "local", "passage", "vector", "soft", "letters", "passage_score", "missing_titled"),
    *("pairs", "heading_match", "headed", "met_titled", "met_headed"),
)
UNIT_FEATURES = tuple(name for name in FEATURES if name not in WHOLE)
SCENE_FEATURES = ("constant", *WHOLE, *BEST)
_UNIT_AT = [FEATURES.index(name) for name in UNIT_FEATURES]
_WHOLE_AT = [FEATURES.index(name) for name in WHOLE]
_BEST_AT = [FEATURES.index(name) for name in BEST]


def unit_rows(features: Floats) -> Floats:
    """(units, len(UNIT_FEATURES)) of (units, len(FEATURES))."""
    return features[:, _UNIT_AT]


def scene_row(features: Floats) -> Floats:
    """(len(SCENE_FEATURES),): a one, what is the same for all units, and the best of what is not."""
    return np.concatenate([[1.0], features[0, _WHOLE_AT], features[:, _BEST_AT].max(0)]).astype(np.float32)


def strength(chances: Floats) -> float:
    """How much speaks for the first unit, 0..1: its own chance, and a part of that of the next two, which often say
    the same in other words and take from its chance."""
    best = np.sort(chances)[::-1][:3]
    return float(best[0] + SHARED * best[1:].sum())


class Weights:
    """The trained model: `unit` (len(UNIT_FEATURES),), `scene` (len(SCENE_FEATURES),), and the calibration's knots
    `raw` and `sure`, both rising, 0..1."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], threshold: float) -> None:
        self._unit, self._scene = arrays["unit"], arrays["scene"]
        self._raw, self._sure = arrays["raw"], arrays["sure"]
        self.threshold = threshold

    @classmethod
    def load(cls, folder: Path) -> Weights:
        """Raises WeightsError where a file is missing, damaged, or made for other features."""
        try:
            facts = json.loads((folder / "model.json").read_bytes())
            made_for = (tuple(facts["unit_features"]), tuple(facts["scene_features"]))
            if made_for != (UNIT_FEATURES, SCENE_FEATURES):
                raise ValueError("other features")
            return cls(load_file(folder / "model.safetensors"), float(facts["threshold"]))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise WeightsError(
                f"the weights of '{folder.name}' are missing or damaged ({type(error).__name__}): install Shoal again"
            ) from None

    def chances(self, features: Floats) -> Floats:
        """(units,): the probability that each unit is the one; what is left to 1 is that none is."""
        units = unit_rows(features) @ self._unit
        none = float(scene_row(features) @ self._scene)
        most = max(float(units.max()), none)
        powers = np.exp(units - most)
        found: Floats = powers / (powers.sum() + np.exp(none - most))
        return found

    def sure(self, chances: Floats) -> float:
        """The calibrated probability that the first of units with these chances is right."""
        return float(np.interp(strength(chances), self._raw, self._sure))
