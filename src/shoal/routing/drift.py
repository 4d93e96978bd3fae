"""Drift: whether more of the traffic is foreign to a route than of its own labels, and whether more of its answers are
worse than the reference's than its certificate allows. It sees counts alone.

Of the last WINDOW decisions the odd ones are tested against the share that is expected, with the exact binomial tail;
the alarm ends where they are no longer unusual. The limits are found once, so that a decision costs one count.
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
FEWEST_AUDITED = 100
"""Comparisons of shadow calls are few: they are tested from so many on."""
ALARM, CALM = 0.001, 0.05
"""The chances of as many foreign asks at the expected share: below ALARM it is drift, above CALM it is over."""


@dataclass(frozen=True, slots=True)
class Turned:
    """The alarm began or ended: `odd` of the last `seen` decisions were, `expected` is the share that may be."""

    drifting: bool
    odd: int
    seen: int
    expected: float


class Drift:
    """Watches one share in one process."""

    def __init__(self, expected: float, fewest: int = WINDOW) -> None:
        """`expected` is the share (0..1) that may be odd; before `fewest` decisions nothing is said."""
        self._expected = expected
        self._fewest = fewest
        self._limits: dict[int, tuple[int, int]] = {}
        self._last: deque[bool] = deque(maxlen=WINDOW)
        self._odd = 0
        self._drifting = False

    def saw(self, *, odd: bool) -> Turned | None:
        """Takes a decision in; says whether the alarm begins or ends with it."""
        if len(self._last) == WINDOW:
            self._odd -= self._last[0]
        self._last.append(odd)
        self._odd += odd
        seen = len(self._last)
        if seen < self._fewest:
            return None
        begins, ends = self._limits_of(seen)
        drifting = self._odd >= (ends if self._drifting else begins)
        if drifting == self._drifting:
            return None
        self._drifting = drifting
        return Turned(drifting, self._odd, seen, self._expected)

    def _limits_of(self, seen: int) -> tuple[int, int]:
        found = self._limits.get(seen)
        if found is None:
            found = (fewest_unusual(self._expected, ALARM, seen), fewest_unusual(self._expected, CALM, seen))
            self._limits[seen] = found
        return found


class Watch:
    """Tells of drift, in the log and as an event: once when it begins and once when it is over."""

    def __init__(
        self,
        drift: Drift,
        emit: Callable[[str, Mapping[str, Any]], object],
        name: str = "route.drift",
        words: tuple[str, str] = ("foreign", "decisions"),
        tenant: str | None = None,
    ) -> None:
        """`words` are what the odd ones and all of them are called in the event; the log names the `tenant` whose own
        route it is."""
        self._drift = drift
        self._emit = emit
        self._name = name
        self._words = words
        self._log = structlog.get_logger("shoal.routing").bind(**named(tenant))

    def __call__(self, odd: bool) -> None:
        turned = self._drift.saw(odd=odd)
        if turned is None:
            return
        name = self._name if turned.drifting else f"{self._name}_over"
        numbers = (turned.odd, turned.seen)
        facts = {**dict(zip(self._words, numbers, strict=True)), "expected": round(turned.expected, 4)}
        self._log.warning(name, **facts)
        self._emit(name, facts)


def regret_watch(alpha: float, emit: Callable[[str, Mapping[str, Any]], object], tenant: str | None = None) -> Watch:
    """Watches whether more answers than alpha are worse than the reference's, among requests that shadows look at."""
    return Watch(Drift(alpha, FEWEST_AUDITED), emit, "route.regret", ("worse", "audited"), tenant)


def named(tenant: str | None) -> dict[str, str]:
    """What the log says of whose route it is: nothing of that for all."""
    return {} if tenant is None else {"tenant": tenant}


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
