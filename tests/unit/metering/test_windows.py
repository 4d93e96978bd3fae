"""Counters in windows: whoever was there gets a share, and a window that is lost is measured for nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.metering.counters.scripted import ScriptedSource
from shoal.metering.counters.seam import Domain
from shoal.metering.sharing import Coefficients
from shoal.metering.windows import Settled, Windows

GPU, CPU = Domain("gpu-0", "gpu"), Domain("package-0", "cpu", 1000.0)
WEIGHTS = Coefficients(0.0, 1.0, 0.0, 100.0)


def windows(*readings: tuple[float | None, ...], pue: float = 1.0) -> Windows:
    domains = [GPU, CPU][: len(readings[0])]
    return Windows([ScriptedSource(domains, readings)], WEIGHTS, 0.0, pue)


def test_two_requests_over_two_windows() -> None:
    found = windows((0.0,), (700.0,), (1000.0,), pue=1.1)
    found.enter("a", 0.0, 50)
    found.enter("b", 0.5)
    found.wrote("a", 30)
    found.wrote("b", 10)
    found.leave("b", 0.9)
    first, settled = found.close_window(1.0)
    assert first is not None
    assert first.idle_j == pytest.approx(110)
    assert first.shares == {"a": pytest.approx(600 * 1.1 * 0.75), "b": pytest.approx(600 * 1.1 * 0.25)}
    assert settled == [Settled("b", pytest.approx(165))]  # type: ignore[arg-type]
    found.wrote("a", 5)
    found.leave("a", 1.5)
    _, settled = found.close_window(2.0)
    assert settled == [Settled("a", pytest.approx(495 + 220))]  # type: ignore[arg-type]


def test_a_window_that_is_too_short_waits_for_the_next() -> None:
    found = windows((0.0,), (700.0,))
    found.enter("a", 0.0)
    found.wrote("a", 1)
    found.leave("a", 0.2)
    assert found.close_window(0.5) == (None, [])
    window, settled = found.close_window(1.0)
    assert window is not None
    assert [each.name for each in settled] == ["a"]


@pytest.mark.parametrize("readings", [((0.0,), (None,), (9.0,)), ((500.0,), (3.0,), (9.0,))])
def test_a_lost_window_makes_its_requests_unmeasured(readings: tuple[tuple[float | None, ...], ...]) -> None:
    found = windows(*readings)
    found.enter("a", 0.0)
    found.wrote("a", 1)
    assert found.close_window(1.0) == (None, [])
    found.leave("a", 1.5)
    _, settled = found.close_window(3.0)
    assert settled == [Settled("a", None)]


def test_one_counter_that_fails_loses_the_window_of_all() -> None:
    found = windows((0.0, 0.0), (700.0, None))
    found.enter("a", 0.0)
    assert found.close_window(1.0)[0] is None


def test_counters_are_added_and_wrap() -> None:
    found = windows((0.0, 990.0), (700.0, 40.0))
    window, _ = found.close_window(1.0)
    assert window is not None
    assert window.idle_j == 750


def test_without_counters_nothing_is_measured() -> None:
    found = Windows([], WEIGHTS, 0.0)
    found.enter("a", 0.0)
    found.leave("a", 0.5)
    assert not found.measures
    assert found.close_window(1.0) == (None, [Settled("a", None)])


def test_a_clock_that_steps_back_loses_the_window_and_no_more() -> None:
    found = windows((0.0,), (10.0,), (400.0,))
    found.enter("a", 0.0)
    found.wrote("a", 1)
    assert found.close_window(-50.0) == (None, [])
    window, _ = found.close_window(-49.0)
    assert window is not None
    assert window.idle_j + sum(window.shares.values()) == pytest.approx(390)


def test_requests_that_nobody_knows_are_passed_over() -> None:
    found = windows((0.0,), (700.0,))
    found.wrote("x", 5)
    found.leave("x", 0.5)
    assert found.close_window(1.0)[1] == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 50), st.floats(0, 5000)), min_size=1, max_size=12))
def test_over_all_windows_nothing_is_lost(steps: list[tuple[int, int, float]]) -> None:
    counts = [0.0]
    for _, _, joules in steps:
        counts.append(counts[-1] + joules)
    found = windows(*[(count,) for count in counts], pue=1.3)
    shared = 0.0
    for at, (who, tokens, _) in enumerate(steps):
        found.enter(f"{at}-{who}", float(at))
        found.wrote(f"{at}-{who}", tokens)
        if who % 2:
            found.leave(f"{at}-{who}", at + 0.5)
        window, _ = found.close_window(float(at + 1))
        assert window is not None
        shared += sum(window.shares.values()) + window.idle_j
    assert shared == pytest.approx(counts[-1] * 1.3)
