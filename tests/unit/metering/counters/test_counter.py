"""Joules between two readings: wrap-around, reset, failed readings, clock steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.metering.counters.counter import Counter
from shoal.metering.counters.seam import Domain

Reading = tuple[float | None, float]


@pytest.mark.parametrize(
    ("domain", "readings", "joules"),
    [
        (Domain("a", "cpu"), [(10, 0), (15, 1), (15, 2)], [None, 5, 0]),
        (Domain("a", "cpu", 100), [(90, 0), (15, 1)], [None, 25]),
        (Domain("a", "gpu"), [(90, 0), (15, 1), (20, 2)], [None, None, 5]),
        (Domain("a", "cpu"), [(10, 0), (None, 1), (15, 2), (16, 3)], [None, None, None, 1]),
        (Domain("a", "cpu"), [(10, 5), (15, 4), (20, 6)], [None, None, 5]),
        (Domain("a", "cpu", 100_000, 300), [(90, 0), (15, 1), (20, 2)], [None, None, 5]),
        (Domain("a", "cpu", 100_000, 300), [(99_990, 0), (200, 1)], [None, 210]),
        (Domain("a", "cpu", most_w=300), [(0, 0), (400, 1), (1000, 2), (1900, 4)], [None, 400, None, 900]),
        (Domain("a", "cpu", 50), [(90, 0), (15, 1)], [None, None]),
    ],
)
def test_readings(domain: Domain, readings: list[Reading], joules: list[float | None]) -> None:
    counter = Counter(domain)
    assert [counter.advance(count, at) for count, at in readings] == joules


@given(st.lists(st.floats(0, 90, allow_nan=False), min_size=1, max_size=50))
def test_a_counter_that_wraps_loses_nothing(steps: list[float]) -> None:
    counter, true, found = Counter(Domain("a", "cpu", 100.0)), 0.0, 0.0
    counter.advance(0.0, 0.0)
    for at, step in enumerate(steps, 1):
        true += step
        found += counter.advance(true % 100.0, float(at)) or 0.0
    assert found == pytest.approx(true, abs=1e-6)
