"""One training run: worked cases of hours, energy, carbon, water, making and cost, and what came of published runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.impacts import Range
from shoal.planning.curve import make_curve
from shoal.planning.train import Terms, enough, plan, times
from shoal.planning.workload import Workload

START = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def load_once() -> Facts:
    return load()


@pytest.fixture
def facts() -> Facts:
    return load_once()


def test_a_worked_case(facts: Facts) -> None:
    """7e9 parameters and 1.4e12 tokens on H100 in us-east-1, MFU 0.35: 47,187 hours at 969 W and PUE 1.15."""
    found = plan(Workload(7e9, 1.4e12), "h100", "us-east-1", facts, Terms(mfu=Range.exactly(0.35), devices=64))
    hours = 6 * 7e9 * 1.4e12 / (989e12 * 0.35) / 3600
    kwh = hours * 969 / 1000 * 1.15
    assert hours == pytest.approx(47_185, abs=1)
    assert found.device_hours.expected == pytest.approx(hours)
    assert found.hours.expected == pytest.approx(hours / 64)
    took = found.impacts
    assert took.energy_wh is not None
    assert took.energy_wh.expected == pytest.approx(kwh * 1000)
    assert took.usage_gco2e is not None
    assert took.usage_gco2e.expected == pytest.approx(kwh * 396.25)
    assert took.marginal_gco2e is not None
    assert took.marginal_gco2e.expected == pytest.approx(kwh * facts.find("grid", "aws/us-east-1", "marginal").value)
    assert took.market_gco2e is not None
    assert took.market_gco2e.expected == 0
    assert took.water_ml is not None
    assert took.water_ml.expected == pytest.approx(hours * 969 * (0.12 + 1.15 * 3.1321))
    assert took.embodied_gco2e is not None
    assert took.embodied_gco2e.expected == pytest.approx(hours * (164 + 5700 / 8) * 1000 / (4 * 0.5 * 365.25 * 24))
    assert took.cost_usd is not None
    assert took.cost_usd.expected == pytest.approx(hours * 6.88)
    assert took.to_wire()["bases"][0]["method"] == "shoal-training/1"


def test_other_runs_are_apart(facts: Facts) -> None:
    work = Workload(7e9, 1.4e12)
    with_factor = plan(work, "h100", "FRA", facts, Terms(experiments=Range(0, 1, 2)))
    without = plan(work, "h100", "FRA", facts, Terms(experiments=Range.exactly(0)))
    assert with_factor.impacts == without.impacts
    assert with_factor.others.energy_wh is not None
    assert with_factor.impacts.energy_wh is not None
    assert with_factor.others.energy_wh.expected == with_factor.impacts.energy_wh.expected
    assert without.others.energy_wh == Range.exactly(0)


@pytest.mark.parametrize(
    ("name", "hardware"),
    [
        ("Llama 2 7B", "a100"),
        ("Llama 2 13B", "a100"),
        ("Llama 2 70B", "a100"),
        ("LLaMA-1 65B", "a100"),
        ("Llama 3 70B", "h100"),
        ("Llama 3.1 405B", "h100"),
        ("PaLM 540B", "tpu-v4"),
    ],
)
def test_published_hours_lie_in_the_range(name: str, hardware: str, facts: Facts) -> None:
    """The range of MFU covers runs that it was taken from; bench/plan.py prints how far the expected value is off."""
    params, tokens, hours = (facts.find("run", name, each).value for each in ("params_b", "tokens_b", "device_hours"))
    found = plan(Workload(params * 1e9, tokens * 1e9), hardware, None, facts)
    assert found.device_hours.low <= hours <= found.device_hours.high


@pytest.mark.parametrize(
    ("hours", "fewest", "days", "devices"),
    [(100, 1, 30, 1), (100, 3, 30, 3), (720 * 5, 1, 30, 5), (720 * 9, 1, 30, 16), (720 * 9, 17, 30, 24), (1, 8, 30, 8)],
)
def test_enough_devices(hours: float, fewest: int, days: float, devices: int) -> None:
    assert enough(hours, fewest, days) == devices


def test_too_few_devices_are_said(facts: Facts) -> None:
    found = plan(Workload(70e9, 1e12), "h100", None, facts, Terms(devices=8))
    assert not found.fits
    assert found.to_wire()["memory"]["fewest_devices"] > 8


def test_a_start_with_a_curve_has_its_hours_intensity(facts: Facts) -> None:
    """100 hours at 10 g and then 100 at 1000; the run takes 50 on the wall."""
    curve = make_curve([(START + timedelta(hours=at), 10.0 if at < 100 else 1000.0) for at in range(200)], "test")
    seconds = 50 * 8 * 3600
    work = Workload(1e9, 989e12 * 0.35 * seconds / 6e9)
    terms = Terms(devices=8, mfu=Range.exactly(0.35), pue=1.0)
    clean, mixed, late, never = (
        plan(work, "h100", "FRA", facts, terms, START + timedelta(hours=at), curve) for at in (0, 75, 175, 400)
    )
    assert clean.hours.expected == pytest.approx(50)
    assert clean.place.average == Range.exactly(10)
    assert (clean.curve_share, mixed.curve_share, late.curve_share, never.curve_share) == (1, 1, 0.5, 0)
    assert mixed.place.average.expected == pytest.approx(505)
    assert late.place.average.expected == pytest.approx((1000 + 56) / 2)
    assert never.place.average.expected == 56
    assert clean.impacts.usage_gco2e is not None
    assert clean.impacts.usage_gco2e.expected == pytest.approx(400 * 969 / 1000 * 10)


@pytest.mark.parametrize(
    "wrong",
    [{"devices": 0}, {"within_days": 0}, {"mfu": Range(0, 0.3, 0.4)}, {"mfu": Range(0.3, 0.4, 1.1)}],
)
def test_terms_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        Terms(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tokens", "terms", "said"),
    [
        (1e300, Terms(), "more than 1e+12 devices"),
        (1e9, Terms(mfu=Range.exactly(1e-320)), "more than 1e+12 devices"),
        (1e9, Terms(within_days=5e-324), "within 4.94066e-324 days"),
        (1e300, Terms(devices=8), "too large"),
        (1e12, Terms(usd_per_h=1e308), "too large"),
        (1e12, Terms(pue=1e308), "too large"),
    ],
)
def test_figures_beyond_all_sense_are_refused(tokens: float, terms: Terms, said: str, facts: Facts) -> None:
    with pytest.raises(ConfigError) as caught:
        plan(Workload(7e9, tokens), "h100", "FRA", facts, terms)
    assert said in caught.value.message


def test_a_pue_below_one(facts: Facts) -> None:
    with pytest.raises(ConfigError, match="less than 1"):
        plan(Workload(7e9, 1e9), "h100", None, facts, Terms(pue=0.9))


@given(st.floats(1e6, 1e12), st.floats(1e6, 1e13), st.sampled_from(["h100", "v100", "l4", "mi300x"]))
def test_every_quantity_is_an_ordered_range_and_grows_with_the_run(params: float, tokens: float, hardware: str) -> None:
    facts = load_once()
    one, two = (
        plan(Workload(params, each), hardware, "DEU", facts, Terms(devices=1 << 20)) for each in (tokens, 2 * tokens)
    )
    for name in ("energy_wh", "usage_gco2e", "embodied_gco2e", "water_ml", "cost_usd"):
        small, large = getattr(one.impacts, name), getattr(two.impacts, name)
        assert 0 <= small.low <= small.expected <= small.high
        assert large.expected == pytest.approx(2 * small.expected)


def test_unknown_times_a_factor_is_unknown(facts: Facts) -> None:
    found = plan(Workload(7e9, 1e9), "p100", "FRA", facts)
    assert found.impacts.cost_usd is None
    assert times(found.impacts, Range.exactly(2)).cost_usd is None
