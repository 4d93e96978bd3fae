"""Shrunk tables: what groups of asks (template, flow step, tag, kind) say of each model's score, by level.

Each level explains what the levels before it left over, shrunk towards zero: effect = sum of residuals / (n + PRIOR),
the empirical-Bayes estimate of a random effect (Efron and Morris 1975) with PRIOR = noise variance / group variance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

LEVELS = ("template", "step", "tag", "kind")
PRIOR = 20.0


@dataclass(frozen=True, slots=True)
class Tables:
    """`mean` (K,) of all; `effects` (K,) by level and group. A group that was never seen adds nothing."""

    mean: Doubles
    effects: Mapping[str, Mapping[str, Doubles]] = field(default_factory=dict)

    @classmethod
    def fit(cls, scores: Doubles, groups: Sequence[Mapping[str, str]]) -> Tables:
        """From scores (N, K) without NaN."""
        mean = scores.mean(axis=0)
        left = scores - mean
        effects: dict[str, dict[str, Doubles]] = {}
        for level in LEVELS:
            members: dict[str, list[int]] = defaultdict(list)
            for at, group in enumerate(groups):
                if level in group:
                    members[group[level]].append(at)
            if len(members) < 2:
                continue
            effects[level] = {name: left[rows].sum(axis=0) / (len(rows) + PRIOR) for name, rows in members.items()}
            for name, rows in members.items():
                left[rows] -= effects[level][name]
        return cls(mean, effects)

    def of(self, group: Mapping[str, str]) -> Doubles:
        """(K,) what the tables expect of an ask of these groups."""
        expected = self.mean.copy()
        for level, known in self.effects.items():
            effect = known.get(group.get(level, ""))
            if effect is not None:
                expected += effect
        return expected
