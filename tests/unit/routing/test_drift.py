"""Drift: the limits are the exact binomial's, an alarm is told once, and ends."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from shoal.routing.certificate import Certificate
from shoal.routing.drift import ALARM, CALM, WINDOW, Drift, Turned, Watch, fewest_unusual, share_of


def tail(k: int, rate: float) -> float:
    return sum(comb(WINDOW, each) * rate**each * (1 - rate) ** (WINDOW - each) for each in range(k, WINDOW + 1))


@pytest.mark.parametrize("chance", [ALARM, CALM])
@pytest.mark.parametrize("expected", [0.02, 0.15, 0.173, 0.5])
def test_the_limits_are_exact(expected: float, chance: float) -> None:
    least = fewest_unusual(expected, chance)
    assert tail(least, expected) < chance <= tail(least - 1, expected)


@pytest.mark.parametrize("expected", [0.0, 1.0])
def test_a_share_that_can_not_be_tested_never_alarms(expected: float) -> None:
    watched = Drift(expected)
    assert [watched.saw(odd=True) for _ in range(2 * WINDOW)] == [None] * (2 * WINDOW)


def test_an_alarm_is_told_once_and_ends() -> None:
    """15 % of 500 is 75; from 101 on it is drift, below 89 it is over."""
    begins, ends = fewest_unusual(0.15, ALARM), fewest_unusual(0.15, CALM)
    watched = Drift(0.15)
    assert [watched.saw(odd=at < begins) for at in range(WINDOW - 1)] == [None] * (WINDOW - 1)
    assert watched.saw(odd=False) == Turned(drifting=True, odd=begins, seen=WINDOW, expected=0.15)
    told = [watched.saw(odd=False) for _ in range(WINDOW)]
    assert [(at, each) for at, each in enumerate(told) if each] == [
        (begins - ends, Turned(drifting=False, odd=ends - 1, seen=WINDOW, expected=0.15))
    ]


def test_usual_traffic_seldom_alarms_and_foreign_traffic_soon() -> None:
    """Over 100 times 2,000 decisions at the expected share at most a fifth alarm; with half foreign, all do."""
    generator = np.random.default_rng(0)
    false, true = 0, 0
    for _ in range(100):
        calm, loud = Drift(0.15), Drift(0.15)
        false += any(calm.saw(odd=bool(each)) for each in generator.random(2_000) < 0.15)
        true += any(loud.saw(odd=bool(each)) for each in generator.random(600) < 0.5)
    assert false <= 20
    assert true == 100


def test_drift_is_an_event_when_it_begins_and_when_it_is_over() -> None:
    told: list[tuple[str, dict[str, object]]] = []
    watch = Watch(Drift(0.15), lambda name, data: told.append((name, dict(data))))
    for at in range(WINDOW * 2):
        watch(at < WINDOW)
    assert told == [
        ("route.drift", {"foreign": 500, "decisions": 500, "expected": 0.15}),
        ("route.drift_over", {"foreign": 88, "decisions": 500, "expected": 0.15}),
    ]


@pytest.mark.parametrize(("foreign", "share"), [(None, 0.15), (0.1, 0.15), (0.21, 0.21)])
def test_what_is_expected_comes_from_the_certificate(foreign: float | None, share: float) -> None:
    made = Certificate("large", ("small",), 0.05, 0.1, 0.0, "digest", 0.0, 1.0, foreign=foreign)
    assert share_of(Certificate.from_json(made.to_json())) == pytest.approx(share)
