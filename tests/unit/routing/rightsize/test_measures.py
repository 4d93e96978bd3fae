"""Measures of a model on a family: means, intervals, quantities per answer."""

from __future__ import annotations

import numpy as np
import pytest

from shoal.impacts import Range
from shoal.routing.rightsize.measures import mean_of, measured, per_answer, total
from shoal.routing.rightsize.result import Result, Taken
from tests.unit.routing.rightsize.tables import LARGE, SMALL, results, table


def test_a_model_on_a_family() -> None:
    made = results(100, hard=0.25)
    found = table(made)
    small = measured(found, SMALL, LARGE, found.rows("billing"))
    large = measured(found, LARGE, LARGE, found.rows("billing"))
    easy = sum(each.score or 0 for each in made.values() if each.model == SMALL) / 100
    assert small.quality is not None
    assert small.quality.mean == pytest.approx(easy)
    assert small.quality.low < easy < small.quality.high
    assert small.difference is not None
    assert small.difference.mean == pytest.approx(easy - 1)
    assert large.difference is None
    # 0.01 to 0.10 s, ten of each.
    assert small.p50_s == pytest.approx(0.055)
    assert small.p95_s == pytest.approx(0.1)
    assert small.cost_usd is not None
    assert small.cost_usd.expected == pytest.approx(0.001)
    assert large.energy_wh == Range(5.0, 10.0, 20.0)


def test_what_failed_has_no_score_unless_errors_are_wrong() -> None:
    made = results(10, hard=0.0)
    made["billing-0", LARGE] = Result("billing-0", LARGE, error="host_failed", taken=Taken())
    for wrong, mean, n in ((False, 1.0, 9), (True, 0.9, 10)):
        found = table(made, errors_are_wrong=wrong)
        large = measured(found, LARGE, LARGE, found.rows(None))
        assert (large.failed, large.missing) == (1, 0)
        assert large.quality is not None
        assert large.quality.mean == pytest.approx(mean)
        assert large.quality.n == n
        assert large.cost_usd is not None
        assert large.cost_usd.expected == pytest.approx(0.01)


def test_all_right_is_no_certainty() -> None:
    found = mean_of(np.ones(20))
    assert found is not None
    # 0.025 ** (1 / 20): the exact bound.
    assert (found.mean, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.8316, abs=1e-4)
    none = mean_of(np.zeros(20))
    assert none is not None
    assert none.low == 0.0
    assert none.high == pytest.approx(0.1684, abs=1e-4)
    assert mean_of(np.zeros(0)) is None


@pytest.mark.parametrize(
    ("value", "least", "low", "high"),
    [(0.0, -1.0, -0.1684, 0.1684), (-1.0, -1.0, -1.0, -0.6631), (0.5, 0.0, 0.4158, 0.5842)],
)
def test_equal_values_are_no_certainty_on_either_side(value: float, least: float, low: float, high: float) -> None:
    """A difference of nought in every task may be below nought in the next."""
    found = mean_of(np.full(20, value), least)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


def test_what_is_unknown_is_not_zero() -> None:
    known = np.array([[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]])
    assert per_answer(known) == Range(2.0, 3.0, 4.0)
    assert total(known[:, None]) == Range(4.0, 6.0, 8.0)
    assert per_answer(np.full((2, 3), np.nan)) is None


def test_a_score_that_labels_gave_has_no_seconds() -> None:
    made = {key: Result(*key, score=1.0, taken=Taken()) for key in results(10, hard=0.0)}
    found = table(made)
    measure = measured(found, SMALL, LARGE, found.rows(None))
    assert (measure.p50_s, measure.p95_s, measure.cost_usd) == (None, None, None)
