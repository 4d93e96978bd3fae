"""Champion and challenger: two routes on the same held-out labels, and whether the second may take the first's place.
It prints nothing and calls no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shoal.errors import ConfigError
from shoal.routing.cascaded import with_cascades
from shoal.routing.certificate import CertifiedCascade
from shoal.routing.certify import interval
from shoal.routing.replay import replayed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shoal.routing.labels import Labels
    from shoal.routing.route import Route

    Doubles = NDArray[np.float64]

FEWEST = 100
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Side:
    """One route on the labels: its mean score, the share that goes to smaller models, dollars for all output tokens
    (None where a price or a token count is not known)."""

    score: float
    share: float
    usd: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both on `n` labels; `score` and `usd` the paired differences per ask, challenger less champion, with intervals;
    `against` why the challenger is not to be promoted, nothing where it is."""

    n: int
    champion: Side
    challenger: Side
    score: tuple[float, float, float]
    usd: tuple[float, float, float] | None
    against: tuple[str, ...]

    @property
    def promote(self) -> bool:
        return not self.against


def compared(
    champion: Route, challenger: Route, labels: Labels, prices: Mapping[str, float], now: float, margin: float = 0.0
) -> Comparison:
    """Both routes on the labels of which every model has a score. `prices` are dollars for a million output tokens,
    `margin` the score that the challenger may lose. Raises ConfigError where the labels are too few, do not know a
    model, or are those of a certificate."""
    models = dict.fromkeys(name for route in (champion, challenger) for name in _models(route))
    labels = with_cascades(labels, _cascades(champion, challenger))
    for name, route in (("champion", champion), ("challenger", challenger)):
        _check_fresh(labels, route, name)
    held = labels.of(tuple(models)).complete()
    if len(held) < FEWEST:
        raise ConfigError(f"{len(held)} labels have a score of every model, {FEWEST} are the least: label more")
    (score, usd, side), (other_score, other_usd, other) = (_side(each, held, prices) for each in (champion, challenger))
    gain = _difference(other_score - score)
    dearer = None if usd is None or other_usd is None else _difference(other_usd - usd)
    against = (*_unfit(champion, challenger, now), *_worse(gain, dearer, margin))
    return Comparison(len(held), side, other, gain, dearer, against)


def _cascades(champion: Route, challenger: Route) -> dict[str, CertifiedCascade]:
    """Those of both. Raises ConfigError where one name means two things."""
    mine, theirs = ({name: replace(each, alone=None) for name, each in route.certificate.cascades.items()}
                    for route in (champion, challenger))  # fmt: skip
    for name in mine.keys() & theirs.keys():
        if mine[name] != theirs[name]:
            raise ConfigError(f"'{name}' is not the same cascade in both routes: give one of them another name")
    return mine | theirs


def _unfit(champion: Route, challenger: Route, now: float) -> list[str]:
    """What its certificate says against the challenger."""
    certificate, found = challenger.certificate, []
    if certificate.reason is not None:
        found.append(f"it is not certified: {certificate.reason}")
    elif not any(certificate.segments.values()):
        found.append("it is not certified for anything")
    if now >= certificate.expires:
        found.append("its certificate has expired")
    if certificate.reference != champion.certificate.reference:
        found.append(f"its reference is '{certificate.reference}', not '{champion.certificate.reference}'")
    if certificate.alpha > champion.certificate.alpha or certificate.delta > champion.certificate.delta:
        found.append("it promises less: its alpha or delta is larger")
    return found


def _worse(gain: tuple[float, float, float], dearer: tuple[float, float, float] | None, margin: float) -> list[str]:
    """What the labels say against the challenger."""
    found = []
    if gain[1] < -margin:
        found.append(f"its score may be lower by {-gain[1]:.3f}, allowed is {margin:.3f}")
    if dearer is not None and dearer[1] > 0:
        found.append("it is dearer")
    if gain == (0.0, 0.0, 0.0) and (dearer is None or dearer[0] >= 0):
        found.append("it changes nothing on these labels")
    return found


def _side(route: Route, held: Labels, prices: Mapping[str, float]) -> tuple[Doubles, Doubles | None, Side]:
    found = replayed(route, held.asks, held.groups)
    columns = np.array([held.models.index(name) for name in found.models])[found.chosen]
    rows = np.arange(len(held))
    score = held.scores[rows, columns]
    rate = np.array([prices.get(name, np.nan) for name in held.models]) / MILLION
    usd = held.tokens[rows, columns] * rate[columns]
    known = not np.isnan(usd).any()
    share = float((found.chosen < len(found.models) - 1).mean())
    return score, usd if known else None, Side(float(score.mean()), share, float(usd.sum()) if known else None)


def _difference(each: Doubles) -> tuple[float, float, float]:
    return (float(each.mean()), *interval(each))


def _check_fresh(labels: Labels, route: Route, name: str) -> None:
    own = labels.of(_models(route)).complete()
    if own.digest() == route.certificate.data:
        raise ConfigError(f"the {name} was made of these labels: compare on others, which neither route was made of")


def _models(route: Route) -> tuple[str, ...]:
    return (*route.certificate.models, route.certificate.reference)
