"""A window's joules are shared among its requests, and nothing is lost or made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.metering.sharing import Coefficients, Work, share

AMOUNT = st.floats(0, 1e5, allow_nan=False)
WEIGHTS = Coefficients(0.01, 0.1, 1.0, 50.0)
WORK = st.dictionaries(st.text(min_size=1, max_size=4), st.builds(Work, AMOUNT, AMOUNT, AMOUNT), max_size=8)


@given(
    AMOUNT,
    AMOUNT,
    WORK,
    st.builds(Coefficients, AMOUNT, AMOUNT, AMOUNT, AMOUNT),
    st.floats(1, 3, allow_nan=False),
)
def test_shares_and_idle_are_the_counter_times_the_pue(
    joules: float, seconds: float, work: dict[str, Work], weights: Coefficients, pue: float
) -> None:
    window = share(joules, seconds, work, weights, pue)
    assert set(window.shares) == set(work)
    assert min([*window.shares.values(), window.idle_j]) >= 0
    assert sum(window.shares.values()) + window.idle_j == pytest.approx(joules * pue, rel=1e-9, abs=1e-9)


def test_a_worked_case() -> None:
    # 350 J in 1 s, 50 W idle; weights 1 x 100 + 10 + 0.5 = 11.5 and 3.5; PUE 1.2
    work = {"a": Work(100, 100, 0.5), "b": Work(0, 30, 0.5)}
    window = share(350, 1.0, work, WEIGHTS, 1.2)
    assert window.idle_j == pytest.approx(60)
    assert window.shares["a"] == pytest.approx(360 * 11.5 / 15)
    assert window.shares["b"] == pytest.approx(360 * 3.5 / 15)


@pytest.mark.parametrize("work", [{}, {"a": Work()}])
def test_what_no_work_explains_is_idle(work: dict[str, Work]) -> None:
    window = share(350, 1.0, work, WEIGHTS)
    assert window.idle_j == 350
    assert sum(window.shares.values()) == 0


def test_a_machine_that_drew_less_than_its_idle_power_is_all_idle() -> None:
    window = share(20, 1.0, {"a": Work(1, 1, 1)}, WEIGHTS)
    assert (window.idle_j, window.shares["a"]) == (20, 0)


@pytest.mark.parametrize("wrong", [(-1, 1, 1.0), (1, -1, 1.0), (1, 1, 0.9)])
def test_what_cannot_be_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="a window needs"):
        share(wrong[0], wrong[1], {}, WEIGHTS, wrong[2])
    with pytest.raises(ValueError, match="not negative"):
        Coefficients(0, 0, 0, -1)
