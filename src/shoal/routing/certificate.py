"""Certificates: the largest threshold at which routing loses no more than alpha against the reference, with confidence
1 - delta. Learn then Test (Angelopoulos et al. 2021): thresholds are tested from the most careful one on, and the first
that fails ends the sequence, so that no correction for their number is needed.

The loss of an ask is 1 where a model that routing may choose is worse than the reference by more than a tolerance. Its
mean is tested with the exact binomial tail (Clopper and Pearson 1934). It holds whichever of the allowed models a
policy picks, and for asks that are drawn as the labels were; not for others.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from shoal.errors import ConfigError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Doubles = NDArray[np.float64]
    Flags = NDArray[np.bool]

GRID = 100
ALL = "all"
FEWEST_IN_SEGMENT = 300
VALID_DAYS = 90
FORM = 1
CAREFUL = 1e-9
"""Thresholds that differ by so little are the same number, written twice."""
MOST_LABELS = 100_000_000


@dataclass(frozen=True, slots=True)
class Segment:
    """What is certified for a part of the traffic: up to `threshold` of expected loss, `share` of it goes to smaller
    models; `losses` of `n` labels were lost there."""

    threshold: float
    share: float
    losses: int
    n: int


@dataclass(frozen=True, slots=True)
class CertifiedCascade:
    """A cascade as it was certified: the small model and the reference, the least value of each check, how many further
    answers had to agree. `alone` is what holds where all requests go to it; None: nothing does."""

    models: tuple[str, str]
    checks: Mapping[str, float]
    samples: int = 0
    alone: Segment | None = None

    def unlike(self, other: CertifiedCascade) -> str | None:
        """Why another one is not as careful as this; None where it is. More checks only escalate more."""
        if other.models != self.models:
            return f"its models are {' and '.join(other.models)}, certified are {' and '.join(self.models)}"
        for name, least in self.checks.items():
            if other.checks.get(name, -math.inf) < least - CAREFUL:
                had = f"{other.checks[name]:g}" if name in other.checks else "not there"
                return f"its check '{name}' is {had}, certified is {least:g} or more"
        if "agreement" in self.checks and other.samples != self.samples:
            return f"its samples are {other.samples}, certified are {self.samples}"
        return None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> CertifiedCascade:
        """Raises TypeError, ValueError or KeyError where it is none."""
        small, last = wire["models"]
        checks = {str(name): float(least) for name, least in wire["checks"].items()}
        return cls((small, last), checks, int(wire["samples"]), wire["alone"] and Segment(**wire["alone"]))


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a router may do. `segments` by the group of the level `level`, and ALL for what belongs to none of them;
    None means the reference, and `reason` says why where it is so for all. `data` is the labels' digest; times are Unix
    seconds; `foreign` is the largest share of foreign asks that the held-out labels allow (`highest_rate`), None in
    certificates of before. `cascades` by name, those among the models and those that are certified alone. `weights` is
    the SHA-256 of the value model that was certified, None where there is none, and in certificates of before."""

    reference: str
    models: tuple[str, ...]
    alpha: float
    delta: float
    tolerance: float
    data: str
    made: float
    expires: float
    level: str | None = None
    segments: dict[str, Segment | None] = field(default_factory=dict)
    reason: str | None = None
    form: int = FORM
    foreign: float | None = None
    cascades: dict[str, CertifiedCascade] = field(default_factory=dict)
    weights: str | None = None

    def threshold(self, group: str | None, now: float) -> float | None:
        """The expected loss up to which a smaller model may answer; None where nothing is certified, or no longer."""
        if now >= self.expires:
            return None
        found = segment_of(self.segments, group)
        return None if found is None else found.threshold

    def to_json(self) -> str:
        """Its written form."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str, where: str = "") -> Certificate:
        """`where` begins its errors. Raises ConfigError where it is not one, is of another form, or does not bear out
        what it says."""
        try:
            found: dict[str, Any] = json.loads(text)
            segments = {name: each and Segment(**each) for name, each in found.pop("segments").items()}
            cascades = {name: CertifiedCascade.from_wire(each) for name, each in found.pop("cascades", {}).items()}
            made = cls(**{**found, "models": tuple(found["models"]), "segments": segments, "cascades": cascades})
            unsound = _unsound(made)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ConfigError(
                f"{where}this is no certificate of routing ({type(error).__name__}): make it with 'shoal route certify'"
            ) from None
        if made.form != FORM:
            raise ConfigError(f"{where}this certificate is of another version: make one with 'shoal route certify'")
        if unsound is not None:
            raise ConfigError(
                f"{where}this certificate is changed or damaged ({unsound}): make one with 'shoal route certify'"
            )
        return made


def _unsound(made: Certificate) -> str | None:
    """What in a certificate that was read cannot be: its own numbers must show what it allows. Raises TypeError."""
    if not (0 < made.alpha < 1 and 0 < made.delta < 1 and 0 <= made.tolerance < math.inf):
        return "alpha, delta or tolerance"
    if not (math.isfinite(made.made) and math.isfinite(made.expires)):
        return "its dates"
    parts = [*made.segments.values(), *(held.alone for held in made.cascades.values())]
    for part in parts:
        if part is not None and not _borne_out(part, made):
            return f"{part.losses} of {part.n} lost is more than alpha and delta allow"
    return None


def _borne_out(part: Segment, made: Certificate) -> bool:
    if not (0 <= part.losses <= part.n <= MOST_LABELS and 0 <= part.share <= 1 and math.isfinite(part.threshold)):
        return False
    return binomial_tail(part.losses, part.n, made.alpha) <= made.delta + CAREFUL


@dataclass(frozen=True, slots=True)
class Trial:
    """N labels that the value model was not fitted on. `expected` (N, K) and `true` (N, K) losses of the K smaller
    models against the reference; `kept` (N,) those that go to the reference whatever the threshold."""

    expected: Doubles
    true: Doubles
    kept: Flags

    def taken(self, rows: Flags) -> Trial:
        """Those labels."""
        return Trial(self.expected[rows], self.true[rows], self.kept[rows])

    def routed(self, threshold: float) -> Flags:
        """(N,) whether a smaller model may answer."""
        return np.asarray((self.expected <= threshold).any(axis=1) & ~self.kept)

    def lost(self, threshold: float, tolerance: float) -> Flags:
        """(N,) whether a model that may answer is worse than the reference by more than the tolerance."""
        allowed = (self.expected <= threshold) & ~self.kept[:, None]
        return np.asarray((allowed & (self.true > tolerance)).any(axis=1))


def certified(trial: Trial, alpha: float, delta: float, tolerance: float = 0.0) -> Segment | None:
    """The largest threshold whose loss is at most alpha with confidence 1 - delta; None where not even the most
    careful one is. Raises ConfigError for an alpha or delta that is not between 0 and 1."""
    if not (0 < alpha < 1 and 0 < delta < 1):
        raise ConfigError("alpha and delta must lie between 0 and 1")
    count = len(trial.kept)
    best: Segment | None = None
    for threshold in thresholds(trial):
        losses = int(trial.lost(threshold, tolerance).sum())
        if binomial_tail(losses, count, alpha) > delta:
            break
        best = Segment(float(threshold), float(trial.routed(threshold).mean()), losses, count)
    return best


def thresholds(trial: Trial) -> Doubles:
    """The GRID of thresholds, the most careful first: quantiles of the best model's expected loss."""
    best = trial.expected.min(axis=1)[~trial.kept]
    if not len(best):
        return np.zeros(0)
    return np.unique(np.quantile(best, np.linspace(0, 1, GRID + 1)))


def by_segment(
    trial: Trial, groups: Sequence[str | None], alpha: float, delta: float, tolerance: float = 0.0
) -> dict[str, Segment | None]:
    """A segment for each group with FEWEST_IN_SEGMENT labels and ALL for the others together. Each is tested with
    delta / number of segments, so that all hold at once; one that fails is None and stays with the reference."""
    names = np.array([group or "" for group in groups])
    sizes = {str(name): int(size) for name, size in zip(*np.unique(names, return_counts=True), strict=True)}
    large = [name for name, size in sizes.items() if name and size >= FEWEST_IN_SEGMENT]
    rest = ~np.isin(names, large)
    parts = {name: names == name for name in large} | ({ALL: rest} if rest.any() else {})
    return {name: certified(trial.taken(rows), alpha, delta / len(parts), tolerance) for name, rows in parts.items()}


def segment_of(segments: Mapping[str, Segment | None], group: str | None) -> Segment | None:
    """The segment that a group belongs to: its own where it has one, be it None, else that of all others."""
    return segments.get(group if group is not None and group in segments else ALL)


def binomial_tail(losses: int, count: int, rate: float) -> float:
    """P(X <= losses) for X ~ Binomial(count, rate): the p-value of "the loss is more than rate". Summed from the
    largest term, in logarithms."""
    if losses >= count:
        return 1.0
    logs = [
        math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1)
        + k * math.log(rate) + (count - k) * math.log1p(-rate)
        for k in range(losses + 1)
    ]  # fmt: skip
    top = max(logs)
    return min(1.0, math.exp(top) * math.fsum(math.exp(each - top) for each in logs))


def highest_rate(seen: int, count: int, chance: float = 0.05) -> float:
    """The largest rate of which `seen` of `count` or fewer come with that chance: the upper limit of Clopper and
    Pearson (1934)."""
    low, high = 0.0, 1.0
    if seen >= count:
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if binomial_tail(seen, count, middle) > chance else (low, middle)
    return high


def validity(days: float = VALID_DAYS) -> tuple[float, float]:
    """Now and the end of a certificate that is made now, as Unix seconds."""
    now = datetime.now(UTC)
    return now.timestamp(), (now + timedelta(days=days)).timestamp()
