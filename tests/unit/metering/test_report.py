"""Reports: totals, rates, trend and inventory lines of a small ledger, worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.call import OWN_HOST
from shoal.config import Settings
from shoal.impacts import Impacts, Range
from shoal.metering.inventory import own_hosts
from shoal.metering.report import Report, make_report, moment, rates
from shoal.stores.database import Database
from shoal.stores.idle_energy import IdleRow, SqlIdleEnergy
from shoal.stores.usage_hours import refresh
from shoal.stores.usage_rows import COLUMNS, usage_rows
from shoal.stores.usage_sums import Span, Sums, grouped
from tests.unit.metering.ledger import DAY, attempt, exchange, write

OWN = frozenset({"embedded", "gpu"})


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path)
    opened.migrate()
    write(
        opened,
        [
            exchange(1, 0.5 * DAY, [attempt(0, "small", "gpu"), attempt(1, "large", "service", market=None)]),
            exchange(2, 1.5 * DAY, [attempt(0, "small", "gpu")], tenant="south"),
            exchange(3, 1.6 * DAY, []),
        ],
    )
    yield opened
    opened.close()


def report(database: Database, span: Span = Span(0, 10 * DAY)) -> Report:  # noqa: B008 - frozen
    return make_report(database, span, "model", OWN)


def test_totals_groups_and_trend(database: Database) -> None:
    made = report(database)
    assert made.total.known["energy_wh"] == Range(3, 6, 9)
    assert made.total.known["carbon_gco2e"] == Range(3300, 6600, 9900)
    assert [(each.name, each.exchanges, each.attempts) for each in made.groups] == [
        ("large", 1, 1),
        ("none", 1, 0),
        ("small", 2, 2),
    ]
    assert [(each.name, each.exchanges) for each in made.trend] == [("1970-01-01", 1), ("1970-01-02", 2)]
    assert made.by_model["1970-01-01", "large"].known["energy_wh"] == Range(1, 2, 3)
    assert report(database, Span(0, DAY)).trend_by == "hour"
    assert [(each.facts, each.zone, each.attempts) for each in made.factors] == [("v1", "DEU", 3)]


def test_sci_per_request_and_per_1000_tokens(database: Database) -> None:
    request, tokens = report(database).rates
    assert (request.units, tokens.units) == (3, 0.45)
    assert request.gco2e == Range(1100, 2200, 3300)
    assert tokens.gco2e is not None
    assert tokens.gco2e.expected == pytest.approx(6600 / 0.45)
    # 3 attempts of 4000 g at the margin, and 200 g for the making of the machines.
    assert request.marginal_gco2e == Range(2100, 4200, 6300)


def test_what_is_unknown_leaves_a_rate_open_but_for_the_least(database: Database) -> None:
    write(database, [exchange(4, 1.7 * DAY, [attempt(0, "strange", "service", known=False)])])
    made = report(database)
    request, _ = made.rates
    assert (request.gco2e, request.at_least_gco2e) == (None, 3300 / 4)
    assert made.total.unknown["energy_wh"] == 1
    assert rates(Sums("nothing")) == []


def test_inventory_lines_by_scope_zone_and_version(database: Database) -> None:
    lines = {(line.line.scope, line.line.category, line.line.method): line for line in report(database).lines}
    assert lines[2, None, "location"].line.kgco2e == Range(2, 4, 6)
    assert lines[2, None, "location"].kwh == Range(0.002, 0.004, 0.006)
    assert lines[2, None, "market"].line.kgco2e == Range(1, 2, 3)
    assert lines[3, 2, "location"].line.kgco2e == Range(0.2, 0.4, 0.6)
    assert lines[3, 2, "location"].kwh is None
    bought = lines[3, 1, "location"].line.kgco2e
    assert bought is not None
    assert [bought.low, bought.expected, bought.high] == pytest.approx([1.1, 2.2, 3.3])
    assert {(each.zone, each.facts, each.method_version) for each in lines.values()} == {("DEU", "v1", "m1")}
    assert {each.attempts for each in lines.values()} == {1, 2}


def test_idle_energy_is_a_line_of_its_own_and_of_no_tenant(database: Database) -> None:
    took = Impacts(Range(90, 100, 110), Range(900, 1000, 1100), market_gco2e=Range(0, 0, 0))
    row = IdleRow(int(DAY), "p1", "cpu", "v1", "DEU", "m1", 380.0, 9, 3600.0, 0.0, 9e5, 3.6e5, took)
    SqlIdleEnergy(database).put([row])
    made = report(database)
    idle = [line for line in made.lines if "idle" in line.line.name]
    assert [(line.line.scope, line.line.method, line.line.kgco2e) for line in idle] == [
        (2, "location", Range(0.9, 1.0, 1.1)),
        (2, "market", Range(0, 0, 0)),
    ]
    assert made.to_wire()["idle"]["energy_wh"] == {"low": 90, "expected": 100, "high": 110}
    assert made.total.known["energy_wh"] == Range(3, 6, 9)
    of_one = report(database, Span(0, 10 * DAY, "north"))
    assert of_one.idle == []
    assert of_one.total.attempts == 2


def test_a_report_can_be_read_back_to_its_rows(database: Database) -> None:
    refresh(database, 100 * DAY)
    rows = list(usage_rows(database, Span(0, 10 * DAY)))
    assert set(rows[0]) == set(COLUMNS)
    assert [row["exchange_id"] for row in rows] == ["ex_1", "ex_1", "ex_2", "ex_3"]
    total = report(database).total
    for name in ("energy_wh", "usage_gco2e", "water_ml"):
        assert sum(row[name] for row in rows if row[name] is not None) == total.known[name].expected
    for row in rows[:3]:
        assert row["usage_gco2e"] == row["energy_wh"] * row["grid_gco2e_per_kwh"] * 1000 / 380
    assert [row["exchange_id"] for row in usage_rows(database, Span(DAY, 10 * DAY, "south"))] == ["ex_2"]


def test_rolled_up_or_not_a_report_is_the_same(database: Database) -> None:
    before = report(database).to_wire()
    assert refresh(database, 100 * DAY) == 3
    assert report(database).to_wire() == before
    assert grouped(database, (), Span(5 * DAY, 6 * DAY)) == {}


def test_hosts_of_ones_own() -> None:
    url = {"base_url": "http://10.0.0.5:8000/v1"}
    settings = Settings.model_validate(
        {
            "hosts": {
                "gpu": {"dialect": "openai", **url},
                "tower": {"row": "vllm", **url},
                "other": {"dialect": "openai", **url},
            },
            "metering": {"hosts": {"gpu": {"hardware": "h100"}, "other": {"region": "DEU"}}},
        }
    )
    assert own_hosts(settings) == {"embedded", OWN_HOST, "gpu", "tower"}


def test_times_are_of_utc() -> None:
    assert moment(1.5 * DAY) == "1970-01-02T12:00:00Z"
