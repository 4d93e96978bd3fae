"""Which meter a model gets from its card and the settings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from shoal.call import ModelCard, Price
from shoal.config import Settings
from shoal.config.metering import HostMachines, Live, Machines, Metering, Weight
from shoal.errors import ConfigError
from shoal.metering.described import described
from shoal.metering.meter import Metered
from shoal.metering.metering import build
from shoal.metering.start import check_metering
from tests.unit.metering.attempts import facts

SETTINGS = Metering(
    here=Machines(region="FRA", hardware="aws/ice lake", pue=1.2, electricity_usd_per_kwh=0.2),
    hosts={"box": HostMachines(region="aws/us-east-1", hardware="h100", accelerators=2, concurrency=16)},
    models={"moe": Weight(active_b=3, bits=8)},
)
HERE = Metered("", "embedded", "FRA", 1.2, hardware="aws/ice lake", electricity_usd_per_kwh=0.2)
BOX = Metered("moe", "served", "aws/us-east-1", hardware="h100", accelerators=2, concurrency=16.0)


@pytest.mark.parametrize(
    ("card", "row", "expected"),
    [
        (ModelCard("shoal/answer", "answer", "specialist"), None, replace(HERE, name="shoal/answer")),
        (
            ModelCard("moe", "general", "host", "box", params_b=30, price=Price(1, 0, 2)),
            None,
            replace(BOX, params_b=30, active_b=3, bits=8, upstream="up", price=Price(1, 0, 2)),
        ),
        (
            ModelCard("gpt", "general", "host", "away", region="eu"),
            "openai",
            Metered("gpt", "remote", provider="openai", upstream="up"),
        ),
        (
            ModelCard("llama", "general", "host", "away", params_b=8),
            "vllm",
            Metered("llama", "served", params_b=8, upstream="up"),
        ),
    ],
)
def test_models_by_card_and_settings(card: ModelCard, row: str | None, expected: Metered) -> None:
    found = described(card, SETTINGS, row=row, upstream="up")
    assert found == expected
    assert build([found], facts())


@pytest.mark.parametrize(
    "table",
    [
        {"here": {"pue": 0.9}},
        {"hosts": {"box": {"accelerators": 0}}},
        {"window_s": 0.5},
        {"sharing": {"idle_w": -1}},
        {"live": {"service": "watttime", "key": "secret"}},
        {"counters": ["smi"]},
        {"region": "FRA"},
    ],
)
def test_tables_that_cannot_be(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Metering.model_validate(table)


def test_a_key_is_a_reference() -> None:
    assert Live(service="watttime", key="env:WATTTIME").key == "env:WATTTIME"


def test_no_more_parameters_are_active_than_there_are() -> None:
    rules = {
        "hosts": {"box": {"dialect": "openai", "base_url": "http://127.0.0.1:9/v1"}},
        "models": {"moe": {"host": "box", "params_b": 8}},
        "metering": {"models": {"moe": {"active_b": 30}}},
    }
    with pytest.raises(ConfigError, match=r"metering.models.moe.active_b: more than models.moe.params_b"):
        check_metering(Settings.model_validate(rules))
