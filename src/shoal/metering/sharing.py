"""Sharing: the joules of a window of a counter among the requests that were resident in it.

Idle power first, as a line of its own; the rest, the active part, by a x uncached input + b x output + c x seconds.
Shares and idle together are the counter's joules times the PUE, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What a token or a second weighs: `input` per uncached prompt token, `output` per output token, `second` per
    second of residence, in J or in any one unit, since only their ratios count; `idle_w` what the machine draws with
    nobody on it. From `shoal energy calibrate` (calibration.py)."""

    input: float
    output: float
    second: float
    idle_w: float

    def __post_init__(self) -> None:
        if min(self.input, self.output, self.second, self.idle_w) < 0:
            raise ValueError("coefficients are not negative")


@dataclass(frozen=True, slots=True)
class Work:
    """What one request did within a window: uncached prompt tokens read, tokens written, seconds resident."""

    input: float = 0.0
    output: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """The shares (J, with the building) of each request, what nobody caused, and the work of all together."""

    shares: Mapping[str, float]
    idle_j: float
    work: Work = Work()

    @property
    def joules(self) -> float:
        """All of it: shares and idle energy."""
        return sum(self.shares.values()) + self.idle_j


def share(joules: float, seconds: float, work: Mapping[str, Work], weights: Coefficients, pue: float = 1.0) -> Window:
    """Shares `joules` of the machines, drawn in `seconds`, among the requests. What no work can be found for is idle:
    all of it where nobody was resident. Raises ValueError for negative joules or a PUE below 1."""
    if joules < 0 or seconds < 0 or pue < 1:
        raise ValueError("a window needs joules and seconds >= 0 and a PUE >= 1")
    whole = joules * pue
    idle = min(weights.idle_w * seconds, joules) * pue
    weighed = {name: _weight(each, weights) for name, each in work.items()}
    total = sum(weighed.values())
    if total <= 0:
        return Window(dict.fromkeys(work, 0.0), whole, _sum(work))
    active = whole - idle
    return Window({name: active * (weight / total) for name, weight in weighed.items()}, idle, _sum(work))


def _weight(work: Work, weights: Coefficients) -> float:
    return weights.input * work.input + weights.output * work.output + weights.second * work.seconds


def _sum(work: Mapping[str, Work]) -> Work:
    each = work.values()
    return Work(sum(one.input for one in each), sum(one.output for one in each), sum(one.seconds for one in each))
