"""Calibration finds the coefficients that windows were made with, and none below zero."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.metering.calibration import FEWEST, Observed, calibrate, not_negative
from shoal.metering.sharing import Work


def observed(true: tuple[float, float, float, float], *, n: int = 40, noise: float = 0.0) -> list[Observed]:
    """Windows of one second with random work, and some without any."""
    chance, windows = random.Random(5), []
    for at in range(n):
        work = Work(chance.uniform(0, 2000), chance.uniform(0, 500), chance.uniform(0, 32)) if at % 4 else Work()
        joules = true[0] * work.input + true[1] * work.output + true[2] * work.seconds + true[3]
        windows.append(Observed(joules * (1 + chance.gauss(0, noise)), 1.0, work))
    return windows


def test_it_finds_what_the_windows_were_made_with() -> None:
    found = calibrate(observed((0.02, 0.3, 2.0, 70.0)))
    weights = found.coefficients
    assert [weights.input, weights.output, weights.second, weights.idle_w] == pytest.approx([0.02, 0.3, 2.0, 70.0])
    assert found.relative_error == pytest.approx(0, abs=1e-9)
    assert found.windows == 40


def test_noise_moves_it_little() -> None:
    found = calibrate(observed((0.02, 0.3, 2.0, 70.0), n=400, noise=0.05))
    assert found.coefficients.output == pytest.approx(0.3, rel=0.1)
    assert found.coefficients.idle_w == pytest.approx(70, rel=0.03)
    assert 0.02 < found.relative_error < 0.08


def test_without_idle_windows_idle_power_is_fitted_too() -> None:
    busy = [each for each in observed((0.02, 0.3, 2.0, 70.0)) if each.work.seconds > 0]
    assert calibrate(busy).coefficients.idle_w == pytest.approx(70.0)


def test_too_few_windows_or_windows_without_an_effect_are_refused() -> None:
    with pytest.raises(ValueError, match=f"needs {FEWEST} windows"):
        calibrate(observed((0.02, 0.3, 2.0, 70.0), n=8))
    with pytest.raises(ValueError, match="vary the load"):
        calibrate(observed((0.0, 0.0, 0.0, 70.0)))


@given(st.lists(st.lists(st.floats(-10, 10), min_size=4, max_size=4), min_size=3, max_size=12))
def test_least_squares_are_never_negative_nor_worse_than_nothing(rows: list[list[float]]) -> None:
    table = np.array(rows)
    found = not_negative(table[:, :3], table[:, 3])
    assert found.min() >= 0
    left = table[:, 3] - table[:, :3] @ found
    assert float(left @ left) <= float(table[:, 3] @ table[:, 3]) * (1 + 1e-9)
