"""The mean number of requests at once while one ran."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.metering.residents import Residents


def test_a_lone_request_counts_itself() -> None:
    residents = Residents()
    assert residents.enter("h", "m", 1.0).leave(3.0) == 1.0


def test_the_mean_over_a_stay() -> None:
    residents = Residents()
    one = residents.enter("h", "m", 0.0)
    two = residents.enter("h", "m", 2.0)
    residents.enter("elsewhere", "m", 2.0)
    assert residents.now("h", "m") == 2
    assert two.leave(6.0) == 2.0
    # Two seconds alone, four with another, two alone.
    assert one.leave(8.0) == pytest.approx((2 * 1 + 4 * 2 + 2 * 1) / 8)
    assert residents.now("h", "m") == 0
    assert residents.now("never seen", "m") == 0


def test_a_stay_of_no_time_counts_what_is_there() -> None:
    residents = Residents()
    residents.enter("h", "m", 1.0)
    assert residents.enter("h", "m", 1.0).leave(1.0) == 2.0


def test_a_clock_that_steps_back_adds_nothing() -> None:
    residents = Residents()
    stay = residents.enter("h", "m", 10.0)
    assert stay.leave(5.0) == 1.0
    again = residents.enter("h", "m", 6.0)
    assert again.leave(12.0) == 1.0


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.001, 100)), min_size=1, max_size=20))
def test_the_mean_lies_between_one_and_all(spans: list[tuple[float, float]]) -> None:
    residents = Residents()
    events = sorted(
        [(start, at, True) for at, (start, _) in enumerate(spans)]
        + [(start + length, at, False) for at, (start, length) in enumerate(spans)]
    )
    stays = {}
    for when, at, enters in events:
        if enters:
            stays[at] = residents.enter("h", "m", when)
        else:
            assert 1.0 <= stays[at].leave(when) <= len(spans) * (1 + 1e-9)
    assert residents.now("h", "m") == 0
