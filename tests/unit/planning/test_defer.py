"""Deferring: the choice, what is promised, and how sure it is from past decisions, never from hindsight."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import ConfigError
from shoal.planning.curve import Curve, make_curve
from shoal.planning.defer import Deferral, Job, choose, nine_in_ten, past_errors, starts, yesterday

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def curve(values: list[float], begin: datetime = BEGIN) -> Curve:
    return make_curve([(begin + HOUR * at, value) for at, value in enumerate(values)], "test")


def days(count: int, level: float = 300.0, swing: float = 100.0, noise: float = 0.0) -> Curve:
    """Days with a dip at noon, from BEGIN on; the noise is drawn from a fixed seed."""
    drawn = np.random.default_rng(1).normal(0, 1, count * 24)
    return curve(
        [level - swing * math.sin(math.pi * (at % 24) / 24) + noise * float(drawn[at]) for at in range(count * 24)]
    )


@pytest.mark.parametrize(
    ("values", "hours", "slack", "later", "saving"),
    [
        ([300, 200, 100, 200], 1, 3, 2, 2 / 3),
        ([300, 200, 100, 200], 1, 1, 1, 1 / 3),
        ([300, 200, 100, 200], 2, 2, 1, 1 - 150 / 250),
        ([100, 200, 300, 400], 1, 3, 0, 0),
        ([200, 200, 200, 200], 1, 3, 0, 0),
        ([300, 100, 100, 100], 1, 3, 1, 2 / 3),
        ([300, 200, 100, 100], 1.5, 2.5, 2, 1 - 100 / (800 / 3)),
        ([0, 0, 0, 0], 1, 3, 0, 0),
    ],
)
def test_the_start_with_the_least_forecast_the_earliest_of_equals(
    values: list[float], hours: float, slack: float, later: int, saving: float
) -> None:
    choice = choose(Job(BEGIN, hours, slack), curve(values))
    assert choice.start == BEGIN + HOUR * later
    assert choice.saving == pytest.approx(saving)


def test_a_start_between_steps_and_the_last_one_possible() -> None:
    begin = BEGIN + timedelta(minutes=20)
    assert starts(Job(begin, 1, 1.5), 3600) == [begin, begin + HOUR, begin + HOUR * 1.5]
    assert starts(Job(begin, 1, 0), 3600) == [begin]


def test_a_forecast_that_is_too_short() -> None:
    with pytest.raises(ConfigError, match="give a longer one"):
        choose(Job(BEGIN, 2, 3), curve([300, 200, 100, 200]))


@pytest.mark.parametrize(
    ("hours", "slack"), [(0, 1), (-1, 1), (1, -0.5), (math.inf, 1), (1, math.nan), (1, 1e9), (9000, 1)]
)
def test_jobs_that_cannot_be(hours: float, slack: float) -> None:
    with pytest.raises(ConfigError):
        Job(BEGIN, hours, slack)


def test_a_job_that_cannot_start_yet_keeps_its_end() -> None:
    job = Job(BEGIN, 2, 10)
    assert job.not_before(BEGIN - HOUR) is job
    assert job.not_before(BEGIN + HOUR) == Job(BEGIN + HOUR, 2, 9)
    with pytest.raises(ConfigError, match="the slack"):
        job.not_before(BEGIN + HOUR * 11)


def test_yesterday_again_and_again() -> None:
    history = curve([float(at) for at in range(48)])
    found = yesterday(history, Job(BEGIN + DAY * 2, 4, 48))
    assert found.begin == BEGIN + DAY * 2
    assert found.values[:24] == tuple(range(24, 48))
    assert found.values[24:48] == tuple(range(24, 48))
    with pytest.raises(ConfigError, match="give a longer one"):
        yesterday(history, Job(BEGIN + DAY * 3, 4, 48))


def test_a_record_takes_past_decisions_that_were_over_at_the_start() -> None:
    """Without noise every day is like the last one: what was promised came."""
    job = Job(BEGIN + DAY * 30, 2, 12)
    record = past_errors(job, days(60))
    assert record is not None
    assert record.decisions == 29, "the days 1 to 29: the first has no day before it"
    assert record.promised == pytest.approx(record.came)
    assert record.errors == pytest.approx((0, 0), abs=1e-9)


def test_hindsight_is_not_used() -> None:
    """The history goes on after the start, with days that turn everything round; nothing of that is seen."""
    job = Job(BEGIN + DAY * 30, 2, 12)
    known = days(60).values[: 30 * 24]
    turned = curve([*known, *(600 - value for value in known)])
    assert past_errors(job, turned) == past_errors(job, curve(list(known)))
    assert yesterday(turned, job).values[:14] == pytest.approx(known[-24:-10])


def test_no_interval_without_enough_past() -> None:
    job = Job(BEGIN + DAY * 12, 2, 12)
    assert past_errors(job, days(12)) is None
    found = Deferral(job, choose(job, yesterday(days(12), job)), "yesterday", None, 10.0)
    assert found.interval is None
    assert not found.sure
    assert found.to_wire()["interval_90"] is None
    assert found.to_wire()["claim"] is False


def test_noise_makes_the_interval_wide_and_the_claim_void() -> None:
    job = Job(BEGIN + DAY * 60, 2, 12)
    quiet, loud = days(60, noise=1.0), days(60, noise=150.0)
    for history, sure in ((quiet, True), (loud, False)):
        capped = curve([max(value, 0.0) for value in history.values])
        found = Deferral(job, choose(job, yesterday(capped, job)), "yesterday", past_errors(job, capped), 10.0)
        assert found.interval is not None
        assert found.interval[0] <= found.choice.saving
        assert found.sure is sure
        assert found.saved_gco2e == pytest.approx(10 * (found.choice.now_gco2e_per_kwh - found.choice.gco2e_per_kwh))


def test_the_errors_of_a_given_forecast() -> None:
    """A forecast that promises a dip where none comes: every promise was too high by the same."""
    actual = curve([300.0] * 24 * 40)
    forecast = curve([300.0 if at % 24 != 12 else 150.0 for at in range(24 * 40)])
    record = past_errors(Job(BEGIN + DAY * 38, 1, 20), actual, forecast)
    assert record is not None
    assert (record.promised, record.came) == (0.5, 0)
    assert record.errors == (-0.5, -0.5)


@pytest.mark.parametrize(("count", "low", "high"), [(19, 0, 18), (38, 0, 37), (39, 1, 37), (99, 4, 94)])
def test_nine_in_ten(count: int, low: int, high: int) -> None:
    assert nine_in_ten(np.arange(count, dtype=float)) == (low, high)


@given(st.lists(st.floats(1, 900), min_size=30, max_size=60), st.integers(1, 5), st.integers(0, 20))
def test_no_start_is_better_than_the_chosen_one(values: list[float], hours: int, slack: int) -> None:
    forecast, job = curve(values), Job(BEGIN, hours, slack)
    choice = choose(job, forecast)
    means = [forecast.mean(start, hours) for start in starts(job, 3600)]
    assert choice.gco2e_per_kwh == pytest.approx(min(means), abs=1e-6)
    assert 0 <= choice.saving <= 1
    assert job.earliest <= choice.start <= job.earliest + HOUR * slack
