"""Calibration: the coefficients of sharing, from windows in which the work was known. It reads no counter.

Joules of a window = a x uncached input + b x output + c x seconds of residence + idle W x length, fitted by least
squares with no coefficient below zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from shoal.metering.sharing import Coefficients, Work

FEWEST = 8
NEGLIGIBLE = 1e-9
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observed:
    """A window: joules of the machines, its length in seconds, and the sum of the work in it."""

    joules: float
    seconds: float
    work: Work


@dataclass(frozen=True, slots=True)
class Calibration:
    """The coefficients and how well they explain the windows: the mean error over the mean joules of a window."""

    coefficients: Coefficients
    relative_error: float
    windows: int


def calibrate(windows: Sequence[Observed]) -> Calibration:
    """Fits the coefficients. Idle power is that of windows in which nobody was resident; without any it is fitted too.

    Raises ValueError for fewer than FEWEST windows with work, or windows that are all alike.
    """
    busy = [each for each in windows if each.work.seconds > 0]
    idle = [each for each in windows if each.work.seconds <= 0 and each.seconds > 0]
    if len(busy) < FEWEST:
        raise ValueError(f"calibration needs {FEWEST} windows with work, not {len(busy)}: let it run longer")
    rows = np.array([[e.work.input, e.work.output, e.work.seconds, e.seconds] for e in busy], dtype=np.float64)
    joules = np.array([each.joules for each in busy], dtype=np.float64)
    idle_w = sum(each.joules for each in idle) / sum(each.seconds for each in idle) if idle else None
    if idle_w is None:
        found = not_negative(rows, joules)
    else:
        found = np.append(not_negative(rows[:, :3], joules - idle_w * rows[:, 3]), idle_w)
    if not found[:3].any():
        raise ValueError("the windows do not tell work from idling: vary the load while calibrating")
    errors = np.abs(rows @ found - joules)
    weights = Coefficients(*(float(value) for value in found))
    return Calibration(weights, float(errors.mean() / max(joules.mean(), 1e-12)), len(windows))


def not_negative(rows: Matrix, wanted: Matrix) -> Matrix:
    """The least-squares solution without negative parts: the best over all choices of which parts are zero, exact for
    the few columns that there are."""
    scale = np.abs(rows).max(axis=0)
    useful = [int(at) for at in np.flatnonzero(scale > NEGLIGIBLE)]
    best, least = np.zeros(rows.shape[1]), float(wanted @ wanted)
    for size in range(1, len(useful) + 1):
        for chosen in map(list, combinations(useful, size)):
            part = np.linalg.lstsq(rows[:, chosen] / scale[chosen], wanted, rcond=None)[0] / scale[chosen]
            left = wanted - rows[:, chosen] @ part
            if part.min() >= 0 and float(left @ left) < least * (1 - 1e-12):
                best, least = np.zeros(rows.shape[1]), float(left @ left)
                best[chosen] = part
    return best
