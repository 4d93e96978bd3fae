"""Every fact has its source, year and unit; overlays; errors that name the nearest."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from shoal.errors import ConfigError
from shoal.facts.bounds import beyond
from shoal.facts.tables import COLUMNS, DATA, TOPICS, Facts, load

HEADER = "topic," + ",".join(COLUMNS)


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.mark.parametrize("topic", list(TOPICS))
def test_every_row_has_source_year_and_unit(topic: str, facts: Facts) -> None:
    assert facts.subjects(topic)
    for subject in facts.subjects(topic):
        for fact in facts.about(topic, subject):
            assert fact.unit
            assert 2009 <= fact.year <= 2026
            assert 0 <= fact.low <= fact.value <= fact.high
            assert fact.source.checked in ("file", "secondary", "memory", "own")
            assert fact.source.title != fact.source.id, f"{fact.source.id} is not in sources.csv"


def test_what_the_issue_asks_for_is_there(facts: Facts) -> None:
    countries = [name for name in facts.subjects("grid") if "/" not in name]
    assert len(countries) >= 200
    regions = {name.partition("/")[0]: 0 for name in facts.zones}
    for name in facts.zones:
        regions[name.partition("/")[0]] += 1
    assert regions["gcp"] >= 40
    assert regions["aws"] >= 30
    assert regions["azure"] >= 20
    assert set(facts.zones.values()) <= set(countries)


def test_every_source_is_used_or_known(facts: Facts) -> None:
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["id"] for row in csv.DictReader(file)}
    assert listed == {source.id for source in facts.sources()}


def test_the_same_facts_have_the_same_version() -> None:
    assert load().version == load().version
    assert len(load().version) == 12


@pytest.mark.parametrize(
    ("topic", "subject", "quantity", "said"),
    [
        ("hardware", "h10", "tdp_w", "'h100'"),
        ("hardware", "h100", "tdp", "'tdp_w'"),
        ("price", "openai/gpt-4p", "input", "'openai/gpt-4o'"),
        ("fit", "zzzz", "error", "facts list"),
    ],
)
def test_unknown_names_give_the_nearest(facts: Facts, topic: str, subject: str, quantity: str, said: str) -> None:
    with pytest.raises(ConfigError, match="is not known") as caught:
        facts.find(topic, subject, quantity)
    assert said in caught.value.message


def test_unknown_topics_and_subjects_give_the_nearest(facts: Facts) -> None:
    with pytest.raises(ConfigError, match="'hardware'"):
        facts.subjects("hardwares")
    with pytest.raises(ConfigError, match="'l40s'"):
        facts.about("hardware", "l40x")


def test_an_overlay_lies_on_top_and_changes_the_version(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{HEADER}\ngrid,FRA,average,,21,,gCO2e/kWh,2025,our supplier\n", encoding="utf-8")
    laid = load(path)
    found = laid.find("grid", "FRA", "average")
    assert (found.value, found.year, found.source.title, found.source.checked) == (21, 2025, "our supplier", "operator")
    assert laid.version != load().version
    assert laid.find("grid", "DEU", "average") == load().find("grid", "DEU", "average")


def test_a_spread_without_a_value_gets_its_middle(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{HEADER}\nsite,mine,pue,1.2,,1.4,ratio,2025,meter\n", encoding="utf-8")
    assert load(path).find("site", "mine", "pue").value == pytest.approx(1.3)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("grit,FRA,average,,21,,g,2025,x", "topic 'grit' is not known; the nearest are 'grid'"),
        ("grid,FRA,average,,,,g,2025,x", "needs a value"),
        ("grid,FRA,average,5,3,9,g,2025,x", "low <= value"),
        ("grid,FRA,average,,-1,,g,2025,x", "0 <= low"),
        ("grid,FRA,average,,many,,g,2025,x", "value 'many' is no number"),
        ("grid,FRA,average,,nan,,g,2025,x", "low <= value"),
        ("grid,FRA,average,,21,,,2025,x", "'unit' is missing"),
        ("grid,FRA,average,,21,,g,2025", "'source' is missing"),
        ("grid,FRA,average,,21,,g,lately,x", "the year 'lately' is no number"),
        ("grid,FRA,average,,0.021,,kgCO2e/kWh,2025,x", "'average' is given in 'gCO2e/kWh', not in 'kgCO2e/kWh'"),
        ("hardware,h100,system_w,,0.969,,kW per device,2025,x", "'system_w' is given in 'W per device"),
        ("grid,FRA,averge,,21,,gCO2e/kWh,2025,x", "quantity 'averge' is not known; the nearest are 'average'"),
        ("grid,FRA,average,,inf,,gCO2e/kWh,2025,x", "low <= value"),
        (f"grid,FRA,average,,21,,gCO2e/kWh,{'2' * 5000},x", "is no number"),
        ("grid,France,average,,21,,gCO2e/kWh,2025,x", "the facts call 'France' 'FRA'"),
        ("site,any,pue,0.9,1.2,1.3,ratio,2025,x", "'pue' is 1 or more, not 0.9"),
        ("training,any,mfu,0,0.3,0.4,share,2025,x", "'mfu' is above 0"),
        ("training,any,mfu,0.3,0.4,1.4,share,2025,x", "'mfu' is a share, 1 at most, not 1.4"),
        ("server,gpu-server,gpus,,0,,GPUs per server,2025,x", "'gpus' is above 0"),
    ],
)
def test_a_bad_overlay_is_named_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert "line 2" in caught.value.message
    assert said in caught.value.message


def test_a_table_that_is_no_csv_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"{HEADER}\ngrid,FRA,average,,21,,gCO2e/kWh,2025,{'x' * 200_000}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is no CSV"):
        load(path)


def test_the_packages_own_figures_lie_within_the_bounds_of_others(facts: Facts) -> None:
    every = [fact for topic in TOPICS for name in facts.subjects(topic) for fact in facts.about(topic, name)]
    assert [str(fact) for fact in every if beyond(fact)] == []


def test_an_overlay_that_is_missing_or_no_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.csv")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(broken)


def test_a_fact_can_be_read_by_a_person(facts: Facts) -> None:
    said = str(facts.find("hardware", "h100", "embodied_kg"))
    assert said.startswith("164 kgCO2e (150 to 273), 2025, NVIDIA")
