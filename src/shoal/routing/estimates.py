"""Off-policy estimates: what another choice of models would have scored, from logs of what was chosen, and with which
chance. It knows no model and no text.

With a logged chance p(a|x) of the model a that answered, and pi(x) the model that the policy would choose, the weight
of a log is w = [a = pi(x)] / p. Self-normalised inverse propensity (Swaminathan and Joachims 2015) is
sum(w r) / sum(w); doubly robust (Dudik, Langford and Li 2011) is mean(q(x, pi(x)) + w (r - q(x, a))), with q what a
value model expects. Both need that the log's policy would have chosen pi(x) now and then for every ask: then the mean
weight is about 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Flags = NDArray[np.bool]

RESAMPLES = 1_000
LEVEL = 0.95
FEWEST = 30
"""The least effective size of which an interval is worth something."""
COVERED = 0.9
"""The least mean weight that the interval must reach; below it the log does not cover the policy."""


@dataclass(frozen=True, slots=True)
class Logs:
    """N logs: `agrees` whether the policy would choose the model that answered, `propensity` the chance with which it
    was chosen, `score` what it got (0..1); `expected` what a value model expected of that model, `target` of the
    policy's."""

    agrees: Flags
    propensity: Doubles
    score: Doubles
    expected: Doubles
    target: Doubles

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean score and its interval of LEVEL."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OffPolicy:
    """What a policy would score: `weighted` (self-normalised inverse propensity; None where no log agrees) and `robust`
    (doubly robust); `effective` the effective number of logs, (sum w)**2 / sum(w**2); `weight` the mean weight, about 1
    where the logs cover the policy; `logged` the mean score of what was logged; `doubt` why not to rely on it."""

    n: int
    effective: float
    weight: Estimate
    logged: Estimate
    weighted: Estimate | None
    robust: Estimate
    doubt: str | None


def estimated(logs: Logs, seed: int = 0) -> OffPolicy:
    """The estimates, with percentile bootstrap intervals over logs. Raises ConfigError where there are no logs."""
    if not len(logs):
        raise ConfigError("no log names a model of the route: there is nothing to estimate from")
    weights = np.where(logs.agrees, 1 / logs.propensity, 0.0)
    robust = logs.target + weights * (logs.score - logs.expected)
    columns = np.stack([weights, weights * logs.score, robust, logs.score])
    means, drawn = columns.mean(axis=1), resampled(columns, seed)
    total = float(weights.sum())
    effective = total**2 / float((weights**2).sum()) if total else 0.0
    weight = _estimate(means[0], drawn[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = drawn[1] / drawn[0]
    weighted = _estimate(means[1] / means[0], ratio[np.isfinite(ratio)]) if total else None
    return OffPolicy(
        len(logs),
        effective,
        weight,
        _estimate(means[3], drawn[3]),
        weighted,
        _estimate(means[2], drawn[2]),
        doubted(effective, weight),
    )


def doubted(effective: float, weight: Estimate) -> str | None:
    """Why the estimates are not to be relied on; None where nothing speaks against them."""
    if effective < FEWEST:
        return f"too few: the logs are worth {effective:.0f} of this policy's own, {FEWEST} are the least"
    if weight.high < COVERED:
        return (
            f"the logs cover about {weight.mean:.0%} of what this policy would choose: for the rest they never tried "
            "its model"
        )
    return None


def resampled(columns: Doubles, seed: int = 0) -> Doubles:
    """(C, RESAMPLES) means of C columns (C, N) over rows drawn with replacement, the same rows for all columns."""
    generator, count = np.random.default_rng(seed), columns.shape[1]
    drawn = [columns[:, generator.integers(0, count, count)].mean(axis=1) for _ in range(RESAMPLES)]
    return np.stack(drawn, axis=1)


def _estimate(mean: float, drawn: Doubles) -> Estimate:
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(mean), float(low), float(high))
