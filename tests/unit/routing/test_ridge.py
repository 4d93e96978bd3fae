"""The solver against the closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from shoal.routing.ridge import solve

if TYPE_CHECKING:
    from shoal.routing.ridge import Doubles


class Plain:
    def __init__(self, rows: Doubles) -> None:
        self.rows = rows
        self.width = rows.shape[1]

    def times(self, weights: Doubles) -> Doubles:
        return np.asarray(self.rows @ weights)

    def transposed_times(self, residuals: Doubles) -> Doubles:
        return np.asarray(self.rows.T @ residuals)


def test_it_finds_what_the_closed_form_finds() -> None:
    generator = np.random.default_rng(1)
    rows, wanted = generator.normal(size=(40, 12)), generator.normal(size=(40, 3))
    exact = np.linalg.solve(rows.T @ rows + 2.0 * np.eye(12), rows.T @ wanted)
    assert np.allclose(solve(Plain(rows), wanted, 2.0), exact, atol=2e-3)


def test_a_column_of_zeros_costs_and_weighs_nothing() -> None:
    rows = np.eye(3)
    found = solve(Plain(rows), np.array([[1.0, 0.0], [0.0, 0.0], [2.0, 0.0]]), 1.0)
    assert np.allclose(found, np.array([[0.5, 0.0], [0.0, 0.0], [1.0, 0.0]]))


def test_the_penalty_must_be_above_zero() -> None:
    with pytest.raises(ValueError, match="above zero"):
        solve(Plain(np.eye(2)), np.ones((2, 1)), 0.0)
