"""Idle energy by hour: written again it is replaced, and read back as it was, on both databases."""

from __future__ import annotations

from dataclasses import replace

from shoal.impacts import Impacts, Range
from shoal.stores.database import Database
from shoal.stores.idle_energy import IdleRow, SqlIdleEnergy

IMPACTS = Impacts(Range(1, 2, 3), Range(4, 5, 6), market_gco2e=Range(0, 0, 0), water_ml=Range(1, 1, 1))
ROW = IdleRow(7200, "p1", "cpu", "v1", "DEU", "m/1", 380.0, 60, 60.5, 1.0, 5000.0, 3000.0, IMPACTS)


def test_a_row_is_read_as_it_was_written(database: Database) -> None:
    store = SqlIdleEnergy(database)
    store.put([ROW, replace(ROW, hour=10800)])
    assert store.between(0, 10800) == [ROW]


def test_the_same_hour_written_again_is_replaced(database: Database) -> None:
    store = SqlIdleEnergy(database)
    more = replace(ROW, windows=90, idle_j=4500.0)
    store.put([ROW, replace(ROW, process="p2"), replace(ROW, counters="gpu")])
    store.put([more, replace(ROW, facts="v2")])
    store.put([])
    found = store.between(0, 1e10)
    assert len(found) == 4
    assert [each.windows for each in found if each.process == "p1" and each.facts == "v1"] == [90, 60]
