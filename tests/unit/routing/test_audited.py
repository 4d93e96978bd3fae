"""How it stands with a route: exact bounds, and what is said of answers that nobody judged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.routing.audited import Seen, least, most, standing
from shoal.routing.certificate import binomial_tail


def decision(model: str, *, foreign: bool = False) -> dict[str, Any]:
    return {"routing": {"model": model, "foreign": foreign, "candidates": [{"model": "large"}, {"model": "small"}]}}


def shadow(*, worse: bool | None) -> dict[str, Any]:
    return {"routing": {"shadow": {"model": "small", "worse": worse}}}


def test_what_is_counted() -> None:
    seen = Seen()
    rows = [decision("small"), decision("large"), decision("large", foreign=True), {"mode": "off"}, {}]
    for row in (*rows, shadow(worse=True), shadow(worse=None), shadow(worse=False)):
        seen.add(row)
    assert seen == Seen(decided=3, foreign=1, smaller=1, audited=3, worse=1, unknown=1)


@pytest.mark.parametrize(
    ("odd", "count", "low", "high"),
    [(0, 10, 0.0, 0.3085), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0), (1, 100, 0.0003, 0.0545)],
)
def test_the_bounds_are_those_of_clopper_and_pearson(odd: int, count: int, low: float, high: float) -> None:
    assert least(odd, count) == pytest.approx(low, abs=1e-4)
    assert most(odd, count) == pytest.approx(high, abs=1e-4)


@given(st.integers(1, 300), st.data())
def test_at_the_upper_bound_so_few_are_just_unlikely(count: int, data: st.DataObject) -> None:
    odd = data.draw(st.integers(0, count - 1))
    assert binomial_tail(odd, count, most(odd, count)) == pytest.approx(0.025, abs=1e-6)
    assert least(odd, count) <= odd / count <= most(odd, count)


@pytest.mark.parametrize(
    ("seen", "drifting", "regretted"),
    [
        (Seen(), False, False),
        (Seen(decided=1000, foreign=150, smaller=500), False, False),
        (Seen(decided=1000, foreign=200, smaller=500), True, False),
        # Half of all go to the small model and 5 % of all may be worse, so 10 % of its answers.
        (Seen(decided=1000, smaller=500, audited=100, worse=10), False, False),
        (Seen(decided=1000, smaller=500, audited=100, worse=21), False, True),
        (Seen(decided=1000, smaller=500, audited=100, worse=0, unknown=100), False, False),
        (Seen(decided=1000, smaller=30, audited=3, worse=3), False, False),
    ],
)
def test_when_there_is_an_alarm(seen: Seen, *, drifting: bool, regretted: bool) -> None:
    found = standing(seen, 0.15, 0.05)
    assert (found.drifting, found.regretted) == (drifting, regretted)


def test_what_nobody_judged_widens_the_interval() -> None:
    judged = standing(Seen(decided=100, smaller=50, audited=100, worse=5), 0.15, 0.05).regret
    open_yet = standing(Seen(decided=100, smaller=50, audited=100, worse=5, unknown=20), 0.15, 0.05).regret
    assert judged == pytest.approx((0.5 * 0.0164, 0.5 * 0.1128), abs=1e-4)
    assert open_yet is not None
    assert open_yet == pytest.approx((0.5 * 0.0164, 0.5 * 0.3466), abs=1e-3)
    assert standing(Seen(decided=10), 0.15, 0.05).regret is None
