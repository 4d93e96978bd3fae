"""Sums of the ledger: by model, key, tag and day, failed tries in them, and what is unknown counted apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import Impacts, Range, Tier
from shoal.stores.database import Database
from shoal.stores.ledger import Record, SqlLedger
from shoal.stores.usage_sums import Sums, usage_sums, usage_total

DAY = 86_400.0
TOOK = Impacts(Range(1, 2, 3), Range(10, 20, 30), Range(1, 1, 1), water_ml=Range(0, 5, 9), tier=Tier.MODELLED)


def attempt(model: str, impacts: Impacts | None = TOOK, outcome: str = "ok") -> Attempt:
    made = Attempt(model, "h", Purpose.ANSWER, 2.0, 0, outcome, 1, 0.1, 0.5, Usage(100, 20, 30))
    made.impacts, made.facts = impacts, None if impacts is None else "v1"
    return made


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    ledger = SqlLedger(database)
    rows: list[tuple[str, float, str, str, dict[str, str] | None, list[Attempt]]] = [
        ("ex_1", 1.5 * DAY, "north", "k1", {"team": "a", "app": "x"}, [attempt("s"), attempt("s", outcome="host_cut")]),
        ("ex_2", 2.5 * DAY, "north", "k2", {"team": "a"}, [attempt("s"), attempt("big", Impacts())]),
        ("ex_3", 2.6 * DAY, "south", "k3", None, [attempt("s", None)]),
        ("ex_4", 2.7 * DAY, "south", "k3", None, []),
    ]
    for name, started, tenant, key, tags, attempts in rows:
        ledger.add(Record(name, tenant, key, started, "auto", False, tags=tags, attempts=attempts))
    ledger.close()
    yield database
    database.close()


def seen(groups: list[Sums]) -> list[tuple[str, int, int, float | None, int]]:
    """Name, exchanges, attempts, expected Wh and attempts without."""
    return [
        (
            each.name,
            each.exchanges,
            each.attempts,
            each.known["energy_wh"].expected if "energy_wh" in each.known else None,
            each.unknown["energy_wh"],
        )
        for each in groups
    ]


def test_by_model(database: Database) -> None:
    assert seen(usage_sums(database, "model")) == [("big", 1, 1, None, 1), ("none", 1, 0, None, 0), ("s", 3, 4, 6.0, 1)]


def test_by_key(database: Database) -> None:
    assert seen(usage_sums(database, "key")) == [("k1", 1, 2, 4.0, 0), ("k2", 1, 2, 2.0, 1), ("k3", 2, 1, None, 1)]


def test_by_tag_an_exchange_counts_under_each(database: Database) -> None:
    assert seen(usage_sums(database, "tag")) == [
        ("app=x", 1, 2, 4.0, 0),
        ("none", 2, 1, None, 1),
        ("team=a", 2, 4, 6.0, 1),
    ]


def test_by_day(database: Database) -> None:
    assert [each.name for each in usage_sums(database, "day")] == ["1970-01-02", "1970-01-03"]


def test_the_total_counts_every_attempt_once(database: Database) -> None:
    total = usage_total(database)
    assert seen([total]) == [("total", 4, 5, 6.0, 2)]
    assert total.known["energy_wh"] == Range(3, 6, 9)
    assert total.known["carbon_gco2e"] == Range(33, 63, 93)
    assert "cost_usd" not in total.known
    assert total.to_wire()["cost_usd"] is None
    assert total.to_wire()["unknown_attempts"]["cost_usd"] == 5
    assert +total.tokens == {"prompt_tokens": 500, "cached_tokens": 150, "completion_tokens": 100}
    assert total.to_wire()["tiers"] == {"modelled": 3, "unknown": 2}


def test_only_since_and_only_of_a_tenant(database: Database) -> None:
    assert seen([usage_total(database, 2 * DAY)]) == [("total", 3, 3, 2.0, 2)]
    assert seen([usage_total(database, 0, "south")]) == [("total", 2, 1, None, 1)]
    assert usage_sums(database, "model", 9 * DAY) == []
    assert seen([usage_total(database, 9 * DAY)]) == [("total", 0, 0, None, 0)]
