"""What a certified smaller model could take, from the accounts of exchanges."""

from __future__ import annotations

from typing import Any

import pytest

from shoal.cli.first_day import gather
from shoal.stores.ledger import Sighting


def account(model: str, small: float | None = 0.25, *, foreign: bool = False) -> dict[str, Any]:
    large = {"model": "large", "cost_usd": 1.0, "energy_wh": 4.0, "carbon_gco2e": 2.0}
    other = {"model": "small", "cost_usd": small, "energy_wh": 1.0, "carbon_gco2e": 0.5}
    return {"mode": "observe", "routing": {"model": model, "foreign": foreign, "candidates": [large, other]}}


def day(*accounts: dict[str, Any]) -> Any:
    return gather(Sighting(each, frozenset({"h"})) for each in accounts).routed


def test_the_share_and_what_it_saves() -> None:
    found = day(*[account("small")] * 30, *[account("large", foreign=True)] * 10, {"mode": "observe"})
    told = found.wire()
    assert (told["asked"], told["smaller"], told["foreign"]) == (40, 30, 10)
    assert told["saves"]["cost_usd"]["expected"] == pytest.approx(30 * 0.75)
    assert told["saves"]["energy_wh"]["expected"] == pytest.approx(90)
    # 30 of 40 with a standard deviation of sqrt(40 * .75 * .25) = 2.74 requests.
    assert told["saves"]["cost_usd"]["low"] == pytest.approx((30 - 1.96 * 2.74) * 0.75, abs=1.2)
    assert told["saves"]["cost_usd"]["high"] == pytest.approx((30 + 1.96 * 2.74) * 0.75, abs=1.2)
    assert next(found.lines()).startswith(
        "of 40 requests that a router looked at, a certified smaller model could take 30"
    )


def test_what_a_cascade_is_expected_to_escalate_is_not_taken_by_its_small_model() -> None:
    each = account("small")
    each["routing"]["candidates"][1]["escalates"] = 0.8
    found = day(*[each] * 10)
    assert found.wire()["smaller"] == 2.0
    assert "could take 2 (20%)" in next(found.lines())


def test_what_is_unknown_is_not_zero() -> None:
    found = day(account("small", None), account("small"))
    assert found.wire()["saves"]["cost_usd"] is None
    assert "what it would save in USD is not known" in "\n".join(found.lines())


def test_without_a_router_nothing_is_said() -> None:
    assert list(day({"mode": "observe"}).lines()) == []


def test_very_many_requests_have_an_interval_of_the_same_kind() -> None:
    found = day(*[account("small"), account("large")] * 12_000)
    expected, low, high = found.saved("cost_usd")
    assert expected == pytest.approx(9_000)
    # Half of 24,000: a standard deviation of 77.5 requests of 0.75 USD.
    assert (high - low) / 2 == pytest.approx(1.96 * 77.5 * 0.75, rel=0.15)


def test_the_range_of_each_figure_is_in_the_interval() -> None:
    """Of every request 4 Wh [3, 6] less 1 Wh [0.5, 2]: 3 Wh, at least 1 and at most 5.5."""
    each = account("small")
    large, small = each["routing"]["candidates"]
    large["ends"], small["ends"] = {"energy_wh": [3.0, 6.0]}, {"energy_wh": [0.5, 2.0]}
    found = day(*[each] * 20)
    assert found.saved("energy_wh") == pytest.approx((60.0, 20.0, 110.0))
    assert found.saved("cost_usd") == pytest.approx((15.0, 15.0, 15.0))


def test_shadows_are_no_requests() -> None:
    shadow = {"mode": "shadow", "routing": {"shadow": {"model": "small", "worse": None}}}
    whole = gather(Sighting(each, frozenset({"h"})) for each in (account("small"), shadow))
    assert (whole.exchanges, whole.routed.asked) == (1, 1)
