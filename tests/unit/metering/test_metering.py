"""Worked cases of every tier, and what an answer adds up to."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.call import Price
from shoal.errors import ConfigError
from shoal.impacts import NOTHING, ZERO, Impacts, Range, Tier, total
from shoal.metering.estimator import Rates
from shoal.metering.meter import Answer, Metered, forecast_of
from shoal.metering.metering import Metering, build
from tests.unit.metering.attempts import attempt, facts

LLAMA = Metered("llama", "served", "aws/us-east-1", hardware="h100", params_b=8.0, price=Price(0.1, 0.05, 0.2))
SMALL = Metered("small", "embedded", "FRA", pue=1.2)


class OneModel:
    """An estimator that knows one model: 0.01 Wh and 0.001 Wh per token."""

    def rates(self, provider: str, model: str) -> Rates | None:
        if (provider, model) != ("openai", "gpt-x"):
            return None
        once, token = Range.exactly(0.01), Range(0.0005, 0.001, 0.002)
        return Rates(once, token, ZERO, Range.exactly(1e-5), ZERO, Range.exactly(1e-9), "USA", "a test")


def metering(*models: Metered) -> Metering:
    return build(models, facts(), OneModel())


def known(value: Range | None) -> Range:
    assert value is not None
    return value


def test_a_served_model_inside_the_domain() -> None:
    found = metering(LLAMA).attempt(attempt(), 64)
    # (0.0072 + 0.3884 x 8) / 64 + 0.0246 + 0.005405 x 8 = 0.116503 J, x 400 / 3600 = 0.012945 Wh of the GPU,
    # x 1.43 for the server x 1.15 for the building.
    assert known(found.energy_wh).expected == pytest.approx(0.012945 * 1.43 * 1.15, rel=1e-3)
    assert known(found.energy_wh).low == pytest.approx(0.012945 * 0.89 * 1.0 * 1.15, rel=1e-3)
    assert known(found.usage_gco2e).expected == pytest.approx(known(found.energy_wh).expected * 0.39625, rel=1e-6)
    assert known(found.marginal_gco2e).expected == pytest.approx(known(found.energy_wh).expected * 0.55717, rel=1e-6)
    assert found.market_gco2e == Range(0, 0, 0)
    assert known(found.water_ml).expected == pytest.approx(
        known(found.energy_wh).expected / 1.15 * (0.12 + 1.15 * 3.1321), rel=1e-6
    )
    assert known(found.cost_usd).expected == pytest.approx((100 * 0.1 + 400 * 0.2) / 1e6)
    assert found.tier is Tier.MODELLED
    (basis,) = found.bases
    assert (basis.zone, basis.grid_year, basis.facts) == ("aws/us-east-1", 2024, facts().version)


@pytest.mark.parametrize(
    ("model", "concurrency"),
    [
        (LLAMA, 4.0),
        (LLAMA, 600.0),
        (Metered("llama", "served", "aws/us-east-1", hardware="h100", params_b=70.0), 64.0),
        (Metered("llama", "served", "aws/us-east-1", hardware="h100", params_b=30.0, active_b=3.0), 64.0),
        (Metered("llama", "served", "aws/us-east-1", hardware="a100", params_b=8.0), 64.0),
        (Metered("llama", "served", "aws/us-east-1", hardware="h100", params_b=8.0, bits=8), 64.0),
    ],
)
def test_outside_the_domain_the_range_is_a_factor_of_two_both_ways(model: Metered, concurrency: float) -> None:
    energy = known(metering(model).attempt(attempt(prompt=0), concurrency).energy_wh)
    assert energy.low == pytest.approx(energy.expected / 1.43 / 2, rel=1e-6)
    assert energy.high == pytest.approx(energy.expected / 1.43 * 1.82 * 2, rel=1e-6)


def test_concurrency_counts_and_where_it_is_unknown_the_range_says_so() -> None:
    found = metering(LLAMA)
    alone, busy = (known(found.attempt(attempt(), at).energy_wh).expected for at in (8, 512))
    assert 5 < alone / busy < 8
    unknown = known(found.attempt(attempt(), None).energy_wh)
    assert unknown.low < busy < alone < unknown.high
    told = build([Metered("llama", "served", "aws/us-east-1", hardware="h100", params_b=8.0, concurrency=64)], facts())
    assert told.attempt(attempt(), None).energy_wh == metering(LLAMA).attempt(attempt(), 64).energy_wh


def test_a_prompt_is_read_once_and_kept_in_sight_for_every_token() -> None:
    found = metering(LLAMA)
    short, long, cached = (
        known(found.attempt(attempt(prompt=prompt, cached=cached), 64).energy_wh)
        for prompt, cached in ((100, 0), (8000, 0), (8000, 7900))
    )
    # 7,900 tokens x 2 x 8e9 FLOP / (0.4 x 989e12) x 700 W / 3600 x 1.43 x 1.15
    assert long.expected - cached.expected == pytest.approx(0.10217, rel=1e-3)
    # 400 tokens x 0.000036 J x (8,000 + 200 - 400) / 3600 x 1.43 x 1.15
    assert cached.expected - short.expected == pytest.approx(0.0513084, rel=1e-3)


def test_an_embedded_model_by_its_cpu_seconds() -> None:
    found = metering(SMALL).attempt(attempt("small", cpu_s=0.1), None)
    assert known(found.energy_wh).expected == pytest.approx(0.1 * 3.5 / 3600 * 1.2)
    assert known(found.usage_gco2e).expected == pytest.approx(0.1 * 3.5 / 3600 * 1.2 * 0.056)
    assert found.market_gco2e is None
    # 1,230 kg / 96 virtual CPUs / (4 years x 0.5)
    assert known(found.embodied_gco2e).expected == pytest.approx(0.1 * 1230e3 / 96 / (2 * 365.25 * 86400))
    assert found.cost_usd == ZERO
    assert found.tier is Tier.MODELLED


def test_an_embedded_model_on_a_known_processor_with_a_price_of_electricity() -> None:
    model = Metered("small", "embedded", "FRA", pue=1.0, hardware="aws/ice lake", electricity_usd_per_kwh=0.2)
    found = metering(model).attempt(attempt("small", cpu_s=3600), None)
    assert known(found.energy_wh).expected == pytest.approx(3.758)
    assert known(found.cost_usd).expected == pytest.approx(3.758e-3 * 0.2)


def test_an_embedded_model_that_reports_no_seconds_took_at_most_those_that_passed() -> None:
    energy = known(metering(SMALL).attempt(attempt("small", cpu_s=0.0, seconds=2.0), None).energy_wh)
    assert energy.low == 0
    assert energy.high == pytest.approx(2.0 * 9.0 / 3600 * 1.2)


def test_a_remote_service_is_estimated_widened_and_beside_its_vendor() -> None:
    model = Metered("gpt", "remote", provider="openai", upstream="gpt-x", price=Price(1, 0.1, 10))
    found = metering(model).attempt(attempt("gpt"), None)
    assert known(found.energy_wh).expected == pytest.approx(0.01 + 0.4)
    assert known(found.energy_wh).high == pytest.approx((0.01 + 0.8) * 3)
    assert found.tier is Tier.ESTIMATED
    (basis,) = found.bases
    assert basis.zone == "USA"
    assert "widened 3 times" in basis.boundary
    assert "0.34 Wh per query" in (basis.beside or "")


@pytest.mark.parametrize(
    "model",
    [
        Metered("m", "remote", provider="openai", upstream="gpt-unheard-of"),
        Metered("m", "remote", provider="nobody", upstream="gpt-x"),
        Metered("m", "remote"),
        Metered("m", "served", "FRA", hardware="h100"),
    ],
)
def test_what_is_not_known_is_unknown_and_never_zero(model: Metered) -> None:
    found = metering(model, SMALL).attempt(attempt("m"), 8)
    assert found == Impacts()
    both = metering(model, SMALL).answer([attempt("m"), attempt("small", cpu_s=0.1)])
    assert both.energy_wh is None
    assert both.carbon_gco2e is None
    assert both.to_wire()["tier"] == "unknown"


def test_a_model_that_nobody_described_is_unknown() -> None:
    assert metering().attempt(attempt("else"), None) == Impacts()


@pytest.mark.parametrize("kind", ["remote", "served"])
def test_a_model_of_known_size_on_unknown_hardware_is_estimated_and_wide(kind: str) -> None:
    found = metering(Metered("m", kind, "aws/us-east-1", params_b=8.0)).attempt(attempt("m", prompt=0), 64)
    energy = known(found.energy_wh)
    assert found.tier is Tier.ESTIMATED
    assert energy.expected == pytest.approx(known(metering(LLAMA).attempt(attempt(prompt=0), 64).energy_wh).expected)
    assert energy.high == pytest.approx(energy.expected * 6 * 1.82 / 1.43)


def test_the_list_price_is_used_where_the_settings_give_none() -> None:
    found = metering(Metered("m", "remote", provider="openai", upstream="gpt-4o")).attempt(attempt("m"), None)
    assert known(found.cost_usd).expected == pytest.approx((100 * 2.5 + 400 * 10) / 1e6)
    assert found.energy_wh is None


@pytest.mark.parametrize("outcome", ["host_rate_limited", "host_unreachable", "host_rejected"])
def test_a_try_that_was_turned_away_took_nothing(outcome: str) -> None:
    turned = attempt(prompt=0, output=0, pieces=0, outcome=outcome)
    gpt = Metered("gpt", "remote", provider="openai", upstream="gpt-x")
    assert metering(LLAMA).attempt(turned, 8).energy_wh == ZERO
    turned.model = "gpt"
    assert metering(gpt).attempt(turned, 8).energy_wh == ZERO


def test_a_try_that_timed_out_took_up_to_its_share_of_the_machine() -> None:
    late = attempt(prompt=0, output=0, pieces=0, outcome="host_timeout", seconds=36.0)
    energy = known(metering(LLAMA).attempt(late, 10).energy_wh)
    assert energy.low == 0
    assert energy.high == pytest.approx(700 * 1.82 * 36 / 3600 / 10 * 1.15)
    gpt = Metered("gpt", "remote", provider="openai", upstream="gpt-x")
    late.model = "gpt"
    assert metering(gpt).attempt(late, None).energy_wh is None


def test_a_stream_that_broke_off_is_counted_by_its_pieces() -> None:
    cut = attempt(prompt=0, output=0, pieces=100, outcome="cancelled")
    energy = known(metering(LLAMA).attempt(cut, 64).energy_wh)
    whole = known(metering(LLAMA).attempt(attempt(prompt=0, output=100), 64).energy_wh)
    assert energy.expected == pytest.approx(whole.expected)
    assert energy.low == pytest.approx(whole.low / 2)
    assert energy.high == pytest.approx(whole.high * 4)


def test_every_try_is_in_the_answer() -> None:
    found = metering(LLAMA, SMALL)
    tries = [attempt("small", cpu_s=0.01), attempt(outcome="host_cut"), attempt()]
    answer = found.answer(tries, {1: 64, 2: 64})
    parts = [found.attempt(tries[0]), found.attempt(tries[1], 64), found.attempt(tries[2], 64)]
    assert answer == total(parts)
    assert known(answer.energy_wh).expected == pytest.approx(sum(known(part.energy_wh).expected for part in parts))
    assert len(answer.bases) == 2
    assert found.answer([]) == NOTHING


def test_measured_energy_takes_the_place_of_the_model() -> None:
    found = metering(LLAMA).measured(attempt(), 3600.0)
    assert known(found.energy_wh).expected == pytest.approx(1.15)
    assert known(found.energy_wh).high == pytest.approx(1.15 * 1.05)
    assert found.tier is Tier.MEASURED
    one, two = (metering(LLAMA).measured(attempt(), 3600.0, at).embodied_gco2e for at in (16, 32))
    assert known(one).expected == pytest.approx(2 * known(two).expected)
    assert metering(SMALL).measured(attempt("small", cpu_s=1), 1.0).tier is Tier.MEASURED
    mixed = total([found, metering(LLAMA).attempt(attempt(), 64)])
    assert mixed.tier is Tier.MODELLED


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (Metered("m", "served", "aws/us-eest-1", params_b=8), "'aws/us-east-1'"),
        (Metered("m", "served", "FRA", hardware="h10", params_b=8), "'h100'"),
        (Metered("m", "embedded", "FRA", hardware="aws/ice lak"), "'aws/ice lake'"),
        (Metered("m", "hosted", "FRA"), "embedded, served, remote"),
        (Metered("m", "embedded", "FRA", pue=0.9), "less than 1"),
    ],
)
def test_what_the_facts_do_not_know_gives_the_nearest(model: Metered, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        metering(model)
    assert said in caught.value.message


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.floats(0, 1e4),
    st.one_of(st.none(), st.floats(0, 1e4)),
    st.integers(0, 1000),
    st.sampled_from(["ok", "cancelled", "host_timeout", "host_rate_limited"]),
)
def test_no_attempt_breaks_the_order_of_a_range(
    prompt: int, output: int, cached: int, seconds: float, concurrency: float | None, pieces: int, outcome: str
) -> None:
    one = attempt(prompt=prompt, output=output, cached=cached, seconds=seconds, pieces=pieces, outcome=outcome)
    found = metering(LLAMA).attempt(one, concurrency)
    uncounted = not prompt and not output and (pieces > 0 or outcome != "host_rate_limited")
    assert (found.cost_usd is None) == uncounted
    cost = () if found.cost_usd is None else (found.cost_usd,)
    for value in (found.energy_wh, found.carbon_gco2e, found.water_ml, found.materials_gsbeq, *cost):
        assert value is not None
        assert 0 <= value.low <= value.expected * (1 + 1e-9) <= value.high * (1 + 2e-9)


@given(
    st.sampled_from([LLAMA, SMALL, replace(LLAMA, name="big", params_b=70.0, active_b=10.0, concurrency=9.0)]),
    st.integers(0, 10_000),
    st.integers(0, 12_000),
    st.integers(0, 5_000),
    st.floats(0, 100),
    st.none() | st.floats(0.5, 1000),
)
def test_a_forecast_is_what_measuring_would_expect(
    model: Metered, prompt: int, cached: int, output: int, seconds: float, concurrency: float | None
) -> None:
    unknown, remote = Metered("?", "remote", price=Price(1, 0, 2)), Metered("gpt-x", "remote", provider="openai")
    found = metering(model, unknown, remote)
    answer = Answer(prompt + 1, cached, output, seconds)
    for name in (model.name, "?", "gpt-x", "nobody"):
        expected = found.attempt(answer.attempt(name, "h"), concurrency)
        assert found.meter(name).forecast(answer, concurrency) == forecast_of(expected)


def test_the_wire_form() -> None:
    wire = metering(LLAMA).attempt(attempt(), 64).to_wire(final=False)
    assert set(wire) == {
        *("energy_wh", "carbon_gco2e", "carbon", "water_ml", "materials_gsbeq", "cost_usd"),
        *("tier", "bases", "final"),
    }
    assert wire["final"] is False
    assert wire["bases"][0]["factor"]["year"] == 2024
    assert Impacts().to_wire()["energy_wh"] is None
