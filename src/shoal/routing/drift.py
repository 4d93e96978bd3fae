"""Drift: whether more of the traffic is foreign to a route than of its own labels. It sees counts alone.

Of the last WINDOW decisions the foreign ones are tested against the share that is expected, with the exact binomial
tail; the alarm ends where they are no longer unusual. The limits are found once, so that a decision costs one count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from shoal.routing.certificate import Certificate, binomial_tail
from shoal.routing.foreign import STAY

WINDOW = 500
ALARM, CALM = 0.001, 0.05
"""The chances of as many foreign asks at the expected share: below ALARM it is drift, above CALM it is over."""


@dataclass(frozen=True, slots=True)
class Turned:
    """The alarm began or ended: `foreign` of the last WINDOW decisions were, `expected` is the share that should be."""

    drifting: bool
    foreign: int
    expected: float


class Drift:
    """Watches one route in one process."""

    def __init__(self, expected: float) -> None:
        """`expected` is the share (0..1) of the route's own kind of traffic that is taken for foreign."""
        self._expected = expected
        self._begins, self._ends = fewest_unusual(expected, ALARM), fewest_unusual(expected, CALM)
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._foreign = 0
        self._drifting = False

    def saw(self, *, foreign: bool) -> Turned | None:
        """Takes a decision in; says whether the alarm begins or ends with it. Before WINDOW decisions it says
        nothing."""
        if len(self._last) == WINDOW:
            self._foreign -= self._last[0]
        self._last.append(foreign)
        self._foreign += foreign
        if len(self._last) < WINDOW:
            return None
        drifting = self._foreign >= (self._ends if self._drifting else self._begins)
        if drifting == self._drifting:
            return None
        self._drifting = drifting
        return Turned(drifting, self._foreign, self._expected)


class Watch:
    """Tells of drift, in the log and as an event: once when it begins and once when it is over."""

    def __init__(self, drift: Drift, emit: Callable[[str, Mapping[str, Any]], object]) -> None:
        self._drift = drift
        self._emit = emit
        self._log = structlog.get_logger("shoal.routing")

    def __call__(self, foreign: bool) -> None:
        turned = self._drift.saw(foreign=foreign)
        if turned is None:
            return
        name = "route.drift" if turned.drifting else "route.drift_over"
        facts = {"foreign": turned.foreign, "decisions": WINDOW, "expected": round(turned.expected, 4)}
        self._log.warning(name, **facts)
        self._emit(name, facts)


def share_of(certificate: Certificate) -> float:
    """The share of foreign asks that the route's own traffic may have."""
    return max(1 - STAY, certificate.foreign or 0.0)


def fewest_unusual(expected: float, chance: float, count: int = WINDOW) -> int:
    """The least k with P(X >= k) < chance for X ~ Binomial(count, expected); count + 1 where there is none."""
    if not 0 < expected < 1:
        return count + 1
    # P(X >= k) is P(count - X <= count - k).
    low, high = 0, count + 1
    while low < high:
        middle = (low + high) // 2
        if (middle <= count and binomial_tail(count - middle, count, 1 - expected) < chance) or middle > count:
            high = middle
        else:
            low = middle + 1
    return low
