"""Factors: built anew as more is known, each with its version; an estimator is asked once."""

from __future__ import annotations

import pytest

from shoal.impacts import ZERO, Range, Tier
from shoal.metering.estimator import Rates
from shoal.metering.factors import Factors
from shoal.metering.meter import Metered
from tests.unit.metering.attempts import attempt, facts

ONE = Range(1, 1, 1)
HERE = Metered("", "embedded", "DEU", pue=1.0)
FAR = Metered("far", "remote", provider="openai", upstream="big")
BOX = Metered("box", "served", "DEU", pue=1.0, counters="RAPL")
GPU = Metered("gpu", "served", "DEU", pue=1.0, hardware="h100", counters="NVML")


class Estimating:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def rates(self, provider: str, model: str) -> Rates | None:
        self.asked.append((provider, model))
        return Rates(ONE, ONE, ZERO, ZERO, ZERO, ZERO, "USA", "somebody")


def test_an_estimator_is_asked_once_and_its_word_holds_when_the_facts_change() -> None:
    factors, estimating = Factors([FAR, BOX], facts(), HERE), Estimating()
    assert factors.now.metering.attempt(attempt("far")).energy_wh is None
    factors.know(estimating)
    before = factors.now.facts
    factors.lay(facts().laid_over("grid", []))
    assert factors.now.facts == f"{before}+live"
    assert estimating.asked == [("openai", "big")]
    assert factors.now.metering.attempt(attempt("far")).tier is Tier.ESTIMATED


def test_the_same_facts_build_nothing_anew() -> None:
    factors = Factors([BOX], facts(), HERE)
    before = factors.now
    factors.lay(facts())
    assert factors.now is before


def test_idle_energy_has_the_factors_of_this_machine() -> None:
    took = Factors([], facts(), HERE).now.metering.idle(3600)
    assert took.energy_wh is not None
    assert took.energy_wh.expected == pytest.approx(1)
    assert took.usage_gco2e is not None
    assert took.usage_gco2e.expected == pytest.approx(facts().find("grid", "DEU", "average").value / 1000)
    assert took.embodied_gco2e == ZERO


@pytest.mark.parametrize(("model", "boundary"), [(BOX, "RAPL"), (GPU, "NVML")])
def test_what_was_counted_needs_no_size_of_the_model(model: Metered, boundary: str) -> None:
    metering = Factors([model], facts(), HERE).now.metering
    assert metering.attempt(attempt(model.name)).energy_wh is None
    found = metering.measured(attempt(model.name), 3600.0, 2.0)
    assert found.tier is Tier.MEASURED
    assert found.energy_wh is not None
    assert found.energy_wh.expected == pytest.approx(1)
    assert found.embodied_gco2e is not None
    assert found.embodied_gco2e.expected > 0
    assert boundary in found.bases[0].boundary


def test_the_making_of_a_counted_processor_goes_by_the_seconds_that_its_energy_stands_for() -> None:
    metering = Factors([BOX], facts(), HERE).now.metering
    one, two = (metering.measured(attempt("box"), joules, None).embodied_gco2e for joules in (3600.0, 7200.0))
    assert one is not None
    assert two is not None
    assert two.expected == pytest.approx(2 * one.expected)
