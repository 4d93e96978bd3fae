"""Making a route: fits a value model on a part of the labels, certifies it on the rest, and says whether it is worth
it. It reads no file and calls no model.

A router earns its place only if, at the same share of small models, it beats choosing at random, and beats every single
model at what it costs; else the fixed model is recommended and nothing is routed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError
from shoal.routing.certificate import (
    VALID_DAYS,
    Certificate,
    Segment,
    Trial,
    by_segment,
    highest_rate,
    segment_of,
    validity,
)
from shoal.routing.features import AskFeatures
from shoal.routing.labels import Labels
from shoal.routing.route import Route
from shoal.routing.value import FEWEST, ValueModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]

FIT_SHARE = 0.6
RESAMPLES = 1_000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to hold: the loss against the reference is at most `alpha` with confidence 1 - `delta`; a score that is
    lower by `tolerance` or less is no loss."""

    alpha: float = 0.05
    delta: float = 0.1
    tolerance: float = 0.0
    level: str | None = None
    days: float = VALID_DAYS


@dataclass(frozen=True, slots=True)
class Finding:
    """What held-out labels say: mean scores of the router, of chance at the same share, and of each model alone; the
    interval of the router's gain over chance; the share that goes to smaller models; foreign asks among them."""

    n: int
    share: float
    router: float
    chance: float
    gain: tuple[float, float]
    alone: Mapping[str, float]
    foreign: float
    worth_it: bool
    recommendation: str


def certify(
    labels: Labels, reference: str, models: Sequence[str], aim: Aim, seed: int = 0, features: AskFeatures | None = None
) -> tuple[Route, Finding]:
    """A route from labels, with its certificate. Where it is not worth it, the certificate allows nothing and says why.

    Raises ConfigError for too few labels, a model that they do not know, or alpha and delta out of range.
    """
    known = labels.of([*models, reference]).complete()
    if reference in models or not models:
        raise ConfigError("name at least one smaller model, other than the reference")
    order = np.random.default_rng(seed).permutation(len(known))
    split = round(FIT_SHARE * len(known))
    if split < FEWEST or len(known) - split < FEWEST:
        raise ConfigError(f"{len(known)} asks have a score of every model, {2 * FEWEST + 25} are the least: label more")
    read = features or AskFeatures()
    value = ValueModel.fit(known.taken(order[:split]), read)
    held = known.taken(order[split:])
    trial = trial_of(value, held, read)
    groups = [group.get(aim.level) for group in held.groups] if aim.level is not None else [None] * len(held)
    segments = by_segment(trial, groups, aim.alpha, aim.delta, aim.tolerance)
    finding = found(trial, held, segments, groups, aim)
    made, expires = validity(aim.days)
    certificate = Certificate(
        reference=reference,
        models=tuple(models),
        alpha=aim.alpha,
        delta=aim.delta,
        tolerance=aim.tolerance,
        data=known.digest(),
        made=made,
        expires=expires,
        level=aim.level,
        segments=segments if finding.worth_it else {},
        reason=None if finding.worth_it else finding.recommendation,
        foreign=highest_rate(int(trial.kept.sum()), len(held)),
    )
    return Route(value, certificate), finding


def trial_of(value: ValueModel, held: Labels, features: AskFeatures) -> Trial:
    """Expected and true losses of the smaller models; the reference is the last model of the labels."""
    values = value.values(features.of(held.asks), held.groups)
    columns = [value.models.index(name) for name in held.models]
    good = values.good[:, columns]
    return Trial(good[:, -1:] - good[:, :-1], held.scores[:, -1:] - held.scores[:, :-1], values.foreign)


def found(
    trial: Trial, held: Labels, segments: Mapping[str, Segment | None], groups: Sequence[str | None], aim: Aim
) -> Finding:
    """How the certified router does on the labels it was certified on, beside chance and each model alone."""
    parts = [segment_of(segments, group) for group in groups]
    limits = np.array([-np.inf if part is None else part.threshold for part in parts])
    small = ((trial.expected <= limits[:, None]).any(axis=1)) & ~trial.kept
    best = np.where(trial.expected <= limits[:, None], trial.expected, np.inf).argmin(axis=1)
    reference = held.scores[:, -1]
    picked = np.where(small, held.scores[np.arange(len(held)), best], reference)
    share = float(small.mean())
    # Chance gives the same models the same shares, whatever is asked.
    shares = np.array([(small & (best == column)).mean() for column in range(trial.expected.shape[1])])
    chance = held.scores[:, :-1] @ shares + reference * (1 - share)
    gain = interval(picked - chance)
    alone = {name: float(held.scores[:, at].mean()) for at, name in enumerate(held.models)}
    means = float(picked.mean()), float(chance.mean())
    worth_it, recommendation = recommended(held, aim, share, means, gain)
    return Finding(len(held), share, *means, gain, alone, float(trial.kept.mean()), worth_it, recommendation)


def recommended(
    held: Labels, aim: Aim, share: float, means: tuple[float, float], gain: tuple[float, float]
) -> tuple[bool, str]:
    """Whether to route, and in one sentence why or what instead. `means` are those of the router and of chance."""
    reference = held.models[-1]
    for at, name in enumerate(held.models[:-1]):
        if interval(held.scores[:, -1] - held.scores[:, at])[1] <= aim.alpha:
            return False, f"use '{name}' without a router: alone it loses at most {aim.alpha:.0%} against '{reference}'"
    if share == 0:
        return False, f"keep '{reference}': no threshold keeps the loss within {aim.alpha:.0%} on these labels"
    if gain[0] <= 0:
        return False, f"keep '{reference}': the router is no better than chance at the same share on these labels"
    said = f"route: {share:.0%} go to smaller models at a loss of at most {aim.alpha:.0%}; score {means[0]:.3f}"
    return True, f"{said}, by chance at the same share {means[1]:.3f}"


def interval(values: Doubles, level: float = LEVEL, seed: int = 0) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean (Efron 1979)."""
    if not len(values):
        return (0.0, 0.0)
    generator = np.random.default_rng(seed)
    means = [values[generator.integers(0, len(values), len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
