"""The step: what an exchange took when it has ended, and what is wrong with the settings at start."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from shoal.call import ModelCard, Price
from shoal.config import Settings
from shoal.errors import ConfigError
from shoal.impacts import ZERO, Range, Tier
from shoal.metering.estimator import Rates
from shoal.metering.start import metered, open_metering
from shoal.metering.step import MeteringStep
from shoal.stores.ledger import Record
from tests.unit.metering.attempts import attempt

HOSTS = {"hosts": {"gpu": {"row": "vllm", "base_url": "http://127.0.0.1:1/v1"}}, "models": {"llama": {"host": "gpu"}}}
CARD = ModelCard("llama", "general", "host", host="gpu", params_b=8.0, price=Price(0.1, 0.05, 0.2))
HERE = ModelCard("shoal/answer", "general", "specialist")
AUTO = ModelCard("auto", "general", "composite")


def settings(**metering: Any) -> Settings:
    return Settings.model_validate({**HOSTS, "metering": metering})


def step(**metering: Any) -> MeteringStep:
    return open_metering(settings(**metering), (AUTO, CARD, HERE))


def record() -> Record:
    return Record("ex_1", "t", "k", 1.0, "auto", False)


def test_the_sum_of_all_attempts_and_each_with_its_version_of_the_factors() -> None:
    metering = step(hosts={"gpu": {"region": "DEU", "hardware": "h100"}})
    found = record()
    found.attempts = [
        attempt(),
        attempt("shoal/answer", cpu_s=0.01),
        attempt(outcome="host_failed", pieces=0, output=0),
    ]
    metering.settle(found)
    each = [one.impacts for one in found.attempts if one.impacts is not None]
    assert [one.tier for one in each] == [Tier.MODELLED] * 3
    assert {one.facts for one in found.attempts} == {metering.facts}
    assert found.impacts is not None
    assert found.impacts.energy_wh is not None
    expected = sum(one.energy_wh.expected for one in each if one.energy_wh is not None)
    assert found.impacts.energy_wh.expected == pytest.approx(expected)
    assert all(one.energy_wh is not None and one.energy_wh.high > 0 for one in each)


def test_what_ends_later_is_added() -> None:
    metering, found = step(), record()
    found.attempts = [attempt("shoal/answer", cpu_s=0.01)]
    metering.settle(found)
    first = found.impacts
    metering.settle(found)
    assert found.impacts is first
    found.attempts.append(attempt("shoal/answer", cpu_s=0.01))
    metering.settle(found)
    assert first is not None
    assert first.energy_wh is not None
    assert found.impacts is not None
    assert found.impacts.energy_wh == first.energy_wh.scaled(2)


def test_an_exchange_without_attempts_took_nothing_and_a_strange_model_the_unknown() -> None:
    metering, found = step(), record()
    metering.settle(found)
    assert found.impacts is not None
    assert found.impacts.energy_wh is not None
    assert found.impacts.energy_wh.high == 0
    found.attempts = [attempt("a plug-in's")]
    metering.settle(found)
    assert found.impacts.energy_wh is None
    assert found.impacts.tier is None


def test_more_at_once_takes_less_each() -> None:
    metering = step(hosts={"gpu": {"hardware": "h100"}})
    alone, among = record(), record()
    alone.attempts, among.attempts = [attempt()], [attempt()]
    alone.attempts[0].concurrency, among.attempts[0].concurrency = 8.0, 64.0
    for each in (alone, among):
        metering.settle(each)
    assert alone.impacts is not None
    assert among.impacts is not None
    assert alone.impacts.energy_wh is not None
    assert among.impacts.energy_wh is not None
    assert among.impacts.energy_wh.expected < alone.impacts.energy_wh.expected


def test_what_is_stated_counts_where_less_is_seen() -> None:
    metering = step(hosts={"gpu": {"hardware": "h100", "concurrency": 64}})
    one, many = record(), record()
    one.attempts, many.attempts = [attempt()], [attempt()]
    one.attempts[0].concurrency, many.attempts[0].concurrency = 1.0, 64.0
    for each in (one, many):
        metering.settle(each)
    assert one.impacts == many.impacts


@pytest.mark.parametrize(
    ("metering", "said"),
    [
        ({"hosts": {"gpu": {"region": "aws/eu-nort-1"}}}, "'aws/eu-north-1'"),
        ({"hosts": {"gpu": {"hardware": "h10"}}}, "'h100'"),
        ({"here": {"region": "Frence"}}, "'france'"),
        ({"here": {"hardware": "aws/ice lak"}}, "'aws/ice lake'"),
        ({"facts": ["no-such-file.csv"]}, "no-such-file.csv"),
        ({"baseline": {"kind": "model", "model": "lama"}}, r"metering\.baseline\.model: 'lama'.*llama"),
        (
            {"baseline": {"kind": "retraining", "anew_kwh": (1, 2, 3), "region": "Frence"}},
            r"metering\.baseline\.region: .*'france'",
        ),
    ],
)
def test_what_is_unknown_is_an_error_that_names_the_nearest(metering: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        step(**metering)


@pytest.mark.parametrize("table", ["hosts", "models"])
def test_tables_are_for_what_is_configured(table: str) -> None:
    with pytest.raises(ValueError, match=rf"metering\.{table}\.gpo' is not known|metering\.{table}\.gpo is not known"):
        settings(**{table: {"gpo": {}}})


def test_an_estimator_that_is_not_installed_is_said_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal.metering.start.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pip install"):
        step(estimator="ecologits")


def test_a_host_that_one_runs_oneself_is_known_by_its_row() -> None:
    found = metered(CARD, settings())
    assert (found.kind, found.provider, found.price) == ("served", None, CARD.price)
    assert metered(HERE, settings()).kind == "embedded"


def test_own_facts_change_the_version(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "topic,subject,quantity,low,value,high,unit,year,source\ngrid,DEU,average,,1,,gCO2e/kWh,2026,ours\n",
        encoding="utf-8",
    )
    assert step(facts=[own]).facts != step().facts


def test_a_service_is_estimated_once_the_library_has_been_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Knowing:
        def rates(self, provider: str, model: str) -> Rates:
            one = Range(1, 1, 1)
            return Rates(one, one, ZERO, ZERO, ZERO, ZERO, "USA", f"{provider}/{model}")

    monkeypatch.setattr("shoal.metering.start.find_spec", lambda _: True)
    monkeypatch.setattr("shoal.metering.start.EcoLogitsEstimator", Knowing)
    rules = Settings.model_validate(
        {
            "hosts": {"far": {"row": "openai", "key": "env:KEY"}},
            "models": {"big": {"host": "far"}},
            "metering": {"estimator": "ecologits"},
        }
    )
    metering = open_metering(rules, (ModelCard("big", "general", "host", host="far"),))
    for thread in threading.enumerate():
        if thread.name == "shoal-estimator":
            thread.join(60)
    found = record()
    found.attempts = [attempt("big", output=9)]
    metering.settle(found)
    assert found.impacts is not None
    assert found.impacts.tier is Tier.ESTIMATED
    assert found.impacts.energy_wh is not None
    assert found.impacts.energy_wh.expected == 10
