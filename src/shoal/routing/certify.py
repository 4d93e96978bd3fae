"""Making a route: fits a value model on a part of the labels, certifies it on the rest, and says whether it is worth
it. It reads no file and calls no model.

A router earns its place only if, at the same share of small models, it beats choosing at random, and beats every single
model at what it costs; else the fixed model is recommended and nothing is routed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError
from shoal.routing.cascaded import ESCALATES, certified_alone, preferred, with_cascades
from shoal.routing.certificate import (
    VALID_DAYS,
    Certificate,
    CertifiedCascade,
    Segment,
    Trial,
    by_segment,
    highest_rate,
    segment_of,
    validity,
)
from shoal.routing.features import AskFeatures
from shoal.routing.groups import TOLD
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
    interval of the router's gain over chance; the share that smaller models answer; foreign asks among them; of each
    cascade the share that was expected to escalate, and that did; the share of `repeated` asks, learned from too."""

    n: int
    share: float
    router: float
    chance: float
    gain: tuple[float, float]
    alone: Mapping[str, float]
    foreign: float
    worth_it: bool
    recommendation: str
    escalates: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    repeated: float = 0.0


def certify(
    labels: Labels, reference: str, models: Sequence[str], aim: Aim, seed: int = 0,
    features: AskFeatures | None = None, cascades: Mapping[str, CertifiedCascade] | None = None,
) -> tuple[Route, Finding]:  # fmt: skip
    """A route from labels, with its certificate. Where it is not worth it, the certificate allows nothing and says why.
    `cascades` by name, of those among the models; all that is certified holds at once, so that delta is shared out.

    Raises ConfigError for too few labels, a model that they do not know, alpha and delta out of range, or a level that
    no request tells.
    """
    if aim.level is not None and aim.level not in TOLD:
        raise ConfigError(f"no request tells its '{aim.level}': certify by {' or '.join(TOLD)}, or all together")
    if reference in models or not models:
        raise ConfigError("name at least one smaller model, other than the reference")
    beside = cascades or {}
    whole = with_cascades(labels, beside).of([*models, reference, *(ESCALATES + name for name in beside)])
    known = whole.complete()
    order = np.random.default_rng(seed).permutation(len(known))
    split = round(FIT_SHARE * len(known))
    if split < FEWEST or len(known) - split < FEWEST:
        raise ConfigError(f"{len(known)} asks have a score of every model, {2 * FEWEST + 24} are the least: label more")
    read, taught = features or AskFeatures(), known.taken(order[:split])
    data = known.of([*models, reference]).digest()
    held = HeldOut(known.taken(order[split:]), whole, data, frozenset(taught.asks))
    return certified_on(ValueModel.fit(taught, read), held, reference, models, aim, read, beside)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Labels that certify: the `rest` that nothing was learned from, of which every model and cascade has a score; the
    `whole`, on which cascades are certified alone; the digest of the `data`; the asks that `taught`."""

    rest: Labels
    whole: Labels
    data: str
    taught: Collection[str] = ()


def certify_value(
    value: ValueModel, labels: Labels, reference: str, models: Sequence[str], aim: Aim,
    cascades: Mapping[str, CertifiedCascade],
) -> tuple[Route, Finding]:  # fmt: skip
    """A route of a value model that is there, certified on labels that it was not learned from: all of them certify.
    Raises ConfigError for too few labels, or a model that they do not know."""
    whole = with_cascades(labels, cascades)
    rest = whole.of([*models, reference, *(ESCALATES + name for name in cascades)]).complete()
    if len(rest) < FEWEST:
        raise ConfigError(f"{len(rest)} asks have a score of every model, {FEWEST} are the least: label more")
    held = HeldOut(rest, whole, rest.of([*models, reference]).digest())
    return certified_on(value, held, reference, models, aim, AskFeatures(), cascades)


def certified_on(
    value: ValueModel, labels: HeldOut, reference: str, models: Sequence[str], aim: Aim, read: AskFeatures,
    beside: Mapping[str, CertifiedCascade],
) -> tuple[Route, Finding]:  # fmt: skip
    """The route of a value model and the certificate that those labels make of it."""
    rest = labels.rest
    held = rest.of([*models, reference])
    trial = trial_of(value, held, read)
    groups = [group.get(aim.level) for group in held.groups] if aim.level is not None else [None] * len(held)
    each_delta = aim.delta / (1 + len(beside))
    segments = by_segment(trial, groups, aim.alpha, each_delta, aim.tolerance)
    finding = replace(
        found(trial, held, segments, groups, aim, _gone(value, rest, beside, read)),
        repeated=sum(ask in labels.taught for ask in held.asks) / len(held),
    )
    made, expires = validity(aim.days)
    certificate = Certificate(
        reference=reference,
        models=tuple(models),
        alpha=aim.alpha,
        delta=aim.delta,
        tolerance=aim.tolerance,
        data=labels.data,
        made=made,
        expires=expires,
        level=aim.level,
        segments=segments if finding.worth_it else {},
        reason=None if finding.worth_it else finding.recommendation,
        foreign=highest_rate(int(trial.kept.sum()), len(held)),
        cascades=certified_alone(labels.whole, beside, aim.alpha, each_delta, aim.tolerance),
    )
    return Route(value, certificate), finding


@dataclass(frozen=True, slots=True)
class Gone:
    """Of a cascade on N held-out asks: its small model, the chance to escalate that is expected, and what was seen."""

    small: str
    expected: Doubles = field(repr=False)
    seen: NDArray[np.bool] = field(repr=False)


def _gone(
    value: ValueModel, held: Labels, cascades: Mapping[str, CertifiedCascade], features: AskFeatures
) -> dict[str, Gone]:
    if not cascades:
        return {}
    good = value.values(features.of(held.asks), held.groups).good
    return {
        name: Gone(
            each.models[0],
            np.clip(good[:, value.models.index(ESCALATES + name)], 0.0, 1.0),
            held.scores[:, held.models.index(ESCALATES + name)] == 1,
        )
        for name, each in cascades.items()
    }


def trial_of(value: ValueModel, held: Labels, features: AskFeatures) -> Trial:
    """Expected and true losses of the smaller models; the reference is the last model of the labels."""
    values = value.values(features.of(held.asks), held.groups)
    columns = [value.models.index(name) for name in held.models]
    good = values.good[:, columns]
    return Trial(good[:, -1:] - good[:, :-1], held.scores[:, -1:] - held.scores[:, :-1], values.foreign)


def found(
    trial: Trial, held: Labels, segments: Mapping[str, Segment | None], groups: Sequence[str | None], aim: Aim,
    cascades: Mapping[str, Gone] | None = None,
) -> Finding:  # fmt: skip
    """How the certified router does on the labels it was certified on, beside chance and each model alone. `cascades`
    are those among the models."""
    beside = cascades or {}
    parts = [segment_of(segments, group) for group in groups]
    limits = np.array([-np.inf if part is None else part.threshold for part in parts])
    within = (trial.expected <= limits[:, None]) & ~trial.kept[:, None]
    best = preferred(trial.expected, within, np.array([name in beside for name in held.models[:-1]]))
    routed, reference = within.any(axis=1), held.scores[:, -1]
    picked = np.where(routed, held.scores[np.arange(len(held)), best], reference)
    answers = _answers(held.models, np.where(routed, best, len(held.models) - 1), beside)
    # Chance gives the same models the same shares, whatever is asked; what escalates is the reference's.
    shares = np.bincount(answers, minlength=len(held.models)) / len(held)
    chance, share = held.scores @ shares, float(1 - shares[-1])
    gain = interval(picked - chance)
    alone = {name: float(held.scores[:, at].mean()) for at, name in enumerate(held.models)}
    means = float(picked.mean()), float(chance.mean())
    worth_it, recommendation = recommended(held, aim, share, means, gain, beside)
    gone = {name: (float(each.expected.mean()), float(each.seen.mean())) for name, each in beside.items()}
    return Finding(len(held), share, *means, gain, alone, float(trial.kept.mean()), worth_it, recommendation, gone)


def _answers(models: Sequence[str], chosen: NDArray[np.int64], cascades: Mapping[str, Gone]) -> NDArray[np.int64]:
    """(N,) whose answer is given: of a cascade its small model's or the reference's."""
    found = chosen.copy()
    for name, each in cascades.items():
        mine = chosen == models.index(name)
        small = models.index(each.small) if each.small in models else models.index(name)
        found[mine] = np.where(each.seen[mine], len(models) - 1, small)
    return found


def recommended(
    held: Labels, aim: Aim, share: float, means: tuple[float, float], gain: tuple[float, float],
    cascades: Collection[str] = (),
) -> tuple[bool, str]:  # fmt: skip
    """Whether to route, and in one sentence why or what instead. `means` are those of the router and of chance. That a
    cascade does for all is no reason not to: what is known to be hard is spared its failed try."""
    reference = held.models[-1]
    for at, name in enumerate(held.models[:-1]):
        if name not in cascades and interval(held.scores[:, -1] - held.scores[:, at])[1] <= aim.alpha:
            below = f"its mean score is at most {aim.alpha:.0%} below that of '{reference}'"
            return False, f"use '{name}' without a router: {below}"
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
