"""`shoal energy factors`: what the versions that records name rest on."""

from __future__ import annotations

import pytest

from shoal.call import ModelCard, Price
from shoal.config import Settings
from shoal.facts.tables import load
from shoal.metering.start import run_metering
from shoal.stores.database import Database
from tests.unit.cli.conftest import Shell

RULES = {
    "hosts": {"gpu": {"row": "vllm", "base_url": "http://10.0.0.1:1/v1"}},
    "models": {"llama": {"host": "gpu"}},
    "metering": {"here": {"region": "France"}, "hosts": {"gpu": {"region": "DEU", "hardware": "h100"}}},
}


@pytest.fixture
def version(shell: Shell) -> str:
    """A gateway has run."""
    database = Database(shell.data)
    database.migrate()
    cards = [ModelCard("llama", "general", "host", host="gpu", params_b=8, price=Price(1, 0.5, 2))]
    running = run_metering(Settings.model_validate(RULES), cards, database, lambda _: None)
    running.close()
    database.close()
    return running.step.facts


def test_versions_are_listed(shell: Shell, version: str) -> None:
    (row,) = shell("energy", "factors", "--json").json()
    assert (row["version"], row["facts"], row["method"]) == (version, load().version, "shoal-metering/1")
    assert shell("energy", "factors").out.startswith(f"version\tsince\tfacts\tmethod\n{version}\t20")


def test_a_version_is_shown_with_models_and_figures(shell: Shell, version: str) -> None:
    told = shell("energy", "factors", version, "--json").json()
    assert told["models"]["llama"]["price"] == {"input": 1, "cached": 0.5, "output": 2}
    assert told["here"]["region"] == "FRA"
    figures = {(each["topic"], each["subject"], each["figure"]): each for each in told["figures"]}
    germany = load().find("grid", "DEU", "average")
    found = figures["grid", "DEU", "average"]
    assert (found["value"], found["year"], found["source"]) == (germany.value, germany.year, germany.source.title)
    said = shell("energy", "factors", version).out
    assert said.startswith(f"{version}: facts {load().version}")
    assert "hardware\th100\ttdp_w\t700" in said


def test_what_is_not_there_is_said(shell: Shell, version: str) -> None:
    said = shell("energy", "factors", version[:-1] + "x")
    assert (said.code, f"'{version}'" in said.err) == (4, True)


def test_before_the_first_start_there_is_none(shell: Shell) -> None:
    said = shell.begun()("energy", "factors")
    assert (said.code, said.out) == (0, "")
    assert "shoal up" in said.err
