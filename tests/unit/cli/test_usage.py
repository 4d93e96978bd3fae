"""`shoal usage` and `shoal facts`: what was used, and what the figures rest on."""

from __future__ import annotations

import time

import pytest

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.cli.usage import quantity
from shoal.impacts import Impacts, Range, Tier
from shoal.stores.database import Database
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.usage_marks import mark
from shoal.stores.usage_sums import Sums
from tests.unit.cli.conftest import Shell


def fill(shell: Shell) -> None:
    database = Database(shell.data)
    database.migrate()
    ledger = SqlLedger(database)
    known = Attempt("small", "h", Purpose.ANSWER, 2.0, usage=Usage(10, 5), facts="v1")
    known.impacts = Impacts(Range(1, 2, 3), Range(1, 1, 1), Range(1, 1, 1), cost_usd=Range(0, 0, 0), tier=Tier.MODELLED)
    strange = Attempt("strange", "h", Purpose.ANSWER, 2.0, facts="v1", impacts=Impacts())
    for at, hours in enumerate((1, 100)):
        tags = {"team": "a"} if at else None
        ledger.add(
            Record(f"ex_{at}", "t", "k", time.time() - hours * 3600, "m", False, tags=tags, attempts=[known, strange])
        )
    ledger.close()
    database.close()


def test_the_table(shell: Shell) -> None:
    fill(shell)
    lines = shell("usage").out.splitlines()
    assert lines[0].startswith("model\texchanges\t")
    assert lines[1] == "small\t2\t2\t20\t10\t0\t4 (2 to 6)\t4\tunknown\tmodelled 2"
    assert lines[2] == "strange\t2\t2\t0\t0\tunknown\tunknown\tunknown\tunknown\tunknown 2"
    assert lines[3].startswith("total\t2\t4\t20\t10\t0 + 2 unknown\t4 (2 to 6) + 2 unknown")


def test_the_json_and_how_far_to_look_back(shell: Shell) -> None:
    fill(shell)
    told = shell("usage", "--by", "tag", "--json").json()
    assert [group["name"] for group in told["groups"]] == ["none", "team=a"]
    assert told["total"]["energy_wh"] == {"low": 2, "expected": 4, "high": 6}
    assert told["total"]["unknown_attempts"]["energy_wh"] == 2
    assert shell("usage", "--since", "24", "--json").json()["total"]["exchanges"] == 1
    assert shell("usage", "--tenant", "nobody", "--json").json()["total"]["exchanges"] == 0


def test_hours_that_nobody_added_up_are_said_where_they_are_many(shell: Shell) -> None:
    fill(shell)
    database = Database(shell.data)
    with database.engine.begin() as connection:
        mark(connection, range(300))
    database.close()
    assert "adding up 302 hours" in shell("usage").err
    assert shell("usage").err == ""
    assert shell("usage", "--json").json()["total"]["exchanges"] == 2


def test_an_empty_ledger_says_how_to_begin(shell: Shell) -> None:
    said = shell.begun()("usage")
    assert said.code == 0
    assert "send the gateway a request first" in said.err


def test_nothing_at_all_is_zero_and_not_unknown() -> None:
    assert quantity(Sums("x"), "energy_wh") == "0"


def test_facts_are_listed_and_shown(shell: Shell) -> None:
    assert "grid" in shell("facts", "list").out.split()
    assert "h100" in shell("facts", "list", "hardware").out.split()
    assert shell("facts", "show", "hardware", "h100", "--json").json()[0]["source"]["title"]
    grid = shell("facts", "show", "grid", "France").out
    assert "\naverage\t" in grid
    assert "gCO2e/kWh" in grid


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("list", "hardwar"), "'hardware'"),
        (("show", "hardware", "h10"), "'h100'"),
        (("show", "hardware", "A100-80GB-SXM"), "'a100'"),
        (("show", "grid", "Frence"), "'france'"),
    ],
)
def test_what_is_unknown_names_the_nearest(shell: Shell, words: tuple[str, ...], nearest: str) -> None:
    said = shell("facts", *words)
    assert said.code == 3
    assert nearest in said.err


def test_config_check_names_unknown_regions_and_hardware(shell: Shell) -> None:
    path = shell.write("shoal.toml", '[metering.here]\nregion = "Frence"\n')
    said = shell("config", "check", "--config", path)
    assert said.code == 3
    assert "metering.here: region 'Frence' is not known; the nearest are 'france'" in said.err


def test_facts_are_updated(shell: Shell) -> None:
    head = "topic,subject,quantity,low,value,high,unit,year,source\n"
    path = shell.write("newer.csv", f"{head}grid,DEU,average,,301.5,,gCO2e/kWh,2026,ours\n")
    said = shell("facts", "update", path, "--json").json()
    assert [(each["topic"], each["subject"], each["value"]) for each in said["changes"]] == [("grid", "DEU", 301.5)]
    assert shell("facts", "show", "grid", "Germany", "--json").json()[0]["value"] == 301.5
    assert shell("facts", "list", "--json").json()["version"] == said["version"]
    again = shell("facts", "update", path)
    assert again.out == ""
    assert "0 figures changed" in again.err
