"""bench/kill.py, a few kills: nothing that a client received whole is missing from the ledger, and nothing else counts
as complete."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench.kill import Seen, judge, run
from shoal.call import Attempt, Purpose
from shoal.stores.database import Database
from shoal.stores.ledger import Record, SqlLedger


@pytest.mark.parametrize("seed", [7])
def test_a_killed_gateway_keeps_its_books(tmp_path: Path, seed: int) -> None:
    seen, found = asyncio.run(run(tmp_path, kills=4, clients=12, seed=seed))
    assert found.faults == 0
    assert len(seen.whole) > 20
    assert found.confirmed + found.settled_not_confirmed + found.interrupted == found.rows
    assert found.confirmed_not_received == 0


def test_the_verdict_finds_what_is_wrong(tmp_path: Path) -> None:
    database = Database(tmp_path / "data")
    database.migrate()
    ledger = SqlLedger(database)
    for name, outcome, delivered, attempts in (
        ("whole", "ok", True, 1),
        ("not received", "ok", True, 1),
        ("settled", "ok", None, 1),
        ("two attempts", "ok", True, 2),
        ("stopped", "interrupted", None, 0),
    ):
        tries = [Attempt("m", "h", Purpose.ANSWER, 1.0, at, "ok") for at in range(attempts)]
        ledger.add(Record(name, "t", "k", 1.0, "m", False, outcome=outcome, delivered=delivered, attempts=tries))
    ledger.close()
    database.close()
    found = judge(tmp_path, Seen(whole={"whole", "settled", "two attempts", "stopped", "gone"}, asked=5))
    assert (found.missing, found.without_attempt, found.confirmed_not_received, found.twice) == (2, 3, 1, 0)
    assert (found.confirmed, found.settled_not_confirmed, found.interrupted, found.rows) == (3, 1, 1, 5)
    assert (found.received_not_confirmed, found.faults) == (3, 6)
