"""Cascades as candidates of a route: what they score on labels, and when they escalate. It asks no model.

A cascade of two models answers with the small one where its answer passes the checks, else with the reference. So its
score follows from the scores of both and the values of the checks, which labels may hold. Its checks' thresholds are
fixed before: nothing is chosen on the labels that certify it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError
from shoal.routing.certificate import CertifiedCascade, Segment, binomial_tail
from shoal.routing.labels import Labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Flags = NDArray[np.bool]

ESCALATES = "escalates:"
"""Before a cascade's name: the column of labels and of the value model that says how often it escalates."""


def with_cascades(labels: Labels, cascades: Mapping[str, CertifiedCascade]) -> Labels:
    """The labels with two columns more for each cascade: its score, and 1 where it escalates. Raises ConfigError where
    no line holds a check's value."""
    for name, each in cascades.items():
        small, last = (labels.of([model]).scores[:, 0] for model in each.models)
        gone = escalates(labels, name, each)
        known = ~np.isnan(gone)
        score = np.where(gone == 1, last, np.where(known, small, np.nan))
        labels = labels.joined(name, score).joined(ESCALATES + name, gone)
    return labels


def escalates(labels: Labels, name: str, cascade: CertifiedCascade) -> Doubles:
    """(N,) 1 where a check fails, 0 where all pass, NaN where a value is not known and no other fails."""
    small = cascade.models[0]
    failed, unknown = np.zeros(len(labels), bool), np.zeros(len(labels), bool)
    for check, least in cascade.checks.items():
        values = labels.checks.get((small, check))
        if values is None:
            raise ConfigError(
                f"the labels hold no value of the check '{check}' of '{small}', which '{name}' needs: write it as "
                f'"checks": {{"{small}": {{"{check}": ...}}}}'
            )
        failed |= values < least
        unknown |= np.isnan(values)
    return np.where(failed, 1.0, np.where(unknown, np.nan, 0.0))


def certified_alone(
    labels: Labels, cascades: Mapping[str, CertifiedCascade], alpha: float, delta: float, tolerance: float
) -> dict[str, CertifiedCascade]:
    """Each cascade with what holds where every request goes to it: the exact binomial tail of its losses against the
    reference is at most delta. `labels` as `with_cascades` made them."""
    return {
        name: replace(each, alone=_alone(labels, name, each, alpha, delta, tolerance))
        for name, each in cascades.items()
    }


def _alone(
    labels: Labels, name: str, cascade: CertifiedCascade, alpha: float, delta: float, tolerance: float
) -> Segment | None:
    known = labels.of([name, cascade.models[1], ESCALATES + name]).complete()
    losses, count = int((known.scores[:, 1] - known.scores[:, 0] > tolerance).sum()), len(known)
    share = float(1 - known.scores[:, 2].mean()) if count else 0.0
    held = count > 0 and share > 0 and binomial_tail(losses, count, alpha) <= delta
    return Segment(0.0, share, losses, count) if held else None


def preferred(expected: Doubles, within: Flags, cascades: Flags) -> NDArray[np.int64]:
    """(N,) of the K models within the certificate the one with the least expected loss; a cascade, which takes at least
    what its small model does, only where no single model is. `expected` and `within` are (N, K), `cascades` (K,)."""
    single = within & ~cascades
    able = np.where(single.any(axis=1, keepdims=True), single, within)
    return np.asarray(np.where(able, expected, np.inf).argmin(axis=1))
