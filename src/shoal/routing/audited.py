"""What the ledger of all processes says of a route: how much of the traffic was foreign, and how often shadow calls
found a smaller model's answer worse than the reference's. It reads no store and calls no model.

Of the answers of smaller models that were compared, some were worse and of some nobody could say (no judge is set, or
it failed): the interval counts those once as no worse and once as worse. Bounds are exact (Clopper and
Pearson 1934).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shoal.routing.certificate import binomial_tail
from shoal.routing.drift import ALARM

LEVEL = 0.95
STEPS = 40


@dataclass(slots=True)
class Seen:
    """Counts of decisions (`decided`, of them `foreign`, of them to a `smaller` model), and of answers that were
    compared: `audited`, of them `worse`, of them `unknown`."""

    decided: int = 0
    foreign: int = 0
    smaller: int = 0
    audited: int = 0
    worse: int = 0
    unknown: int = 0

    def add(self, trust: Mapping[str, Any]) -> None:
        """Takes the account of one exchange in (`Record.trust`); the first of its candidates is the reference."""
        routing = trust.get("routing") or {}
        if (shadow := routing.get("shadow")) is not None:
            self.audited += 1
            self.worse += shadow["worse"] is True
            self.unknown += shadow["worse"] is None
        elif candidates := routing.get("candidates"):
            self.decided += 1
            self.foreign += bool(routing.get("foreign"))
            self.smaller += routing["model"] != candidates[0]["model"]


@dataclass(frozen=True, slots=True)
class Standing:
    """`foreign` and `smaller` are shares of the decisions; `regret` the interval of the share of all requests whose
    answer was worse than the reference's, None where nothing was compared. `drifting`, `regretted`: evidently more than
    expected, than allowed."""

    foreign: float
    smaller: float
    regret: tuple[float, float] | None
    drifting: bool
    regretted: bool


def standing(seen: Seen, expected: float, alpha: float) -> Standing:
    """How it stands with a route that expects so many foreign requests and allows alpha losses."""
    decided = max(seen.decided, 1)
    smaller = seen.smaller / decided
    regret = None
    if seen.audited:
        low = least(seen.worse, seen.audited) * smaller
        regret = (low, most(seen.worse + seen.unknown, seen.audited) * smaller)
    return Standing(
        seen.foreign / decided,
        smaller,
        regret,
        _unusual(seen.foreign, seen.decided, expected),
        smaller > 0 and _unusual(seen.worse, seen.audited, min(alpha / smaller, 1.0)),
    )


def _unusual(odd: int, count: int, expected: float) -> bool:
    """Whether so many are hardly possible at the expected share: P(X >= odd) is P(count - X <= count - odd)."""
    return count > 0 and odd > expected * count and binomial_tail(count - odd, count, 1 - expected) < ALARM


def least(odd: int, count: int) -> float:
    """The lower end of the two-sided interval of LEVEL of a share."""
    return 1 - most(count - odd, count)


def most(odd: int, count: int) -> float:
    """The upper end: the rate at which so few are just too unlikely."""
    if odd >= count:
        return 1.0
    low, high = odd / count, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if binomial_tail(odd, count, middle) > (1 - LEVEL) / 2:
            low = middle
        else:
            high = middle
    return high
