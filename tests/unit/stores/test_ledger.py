"""The ledger: what goes in comes out, written or waiting, and one bad record holds up no other."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import Basis, Impacts, Range, Tier
from shoal.stores.database import Database
from shoal.stores.ledger import Record, SqlLedger


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path)
    database.migrate()
    yield database
    database.close()


def record(name: str, **more: object) -> Record:
    attempts = [
        Attempt("m", "h", Purpose.ANSWER, 2.0, 0, "host_timeout", 0, None, 0.5),
        Attempt("m", "h", Purpose.JUDGE, 3.0, 1, "ok", 7, 0.1, 0.9, Usage(10, 20, 3, 4, 0.25)),
    ]
    fields = {"tenant": "t", "key_id": "k", "started": 1.0, "asked": "auto", "streamed": True, "tags": {"a": "b"}}
    return Record(id=name, attempts=attempts, **{**fields, **more})  # type: ignore[arg-type]


def test_a_record_is_read_back_whole(database: Database) -> None:
    ledger = SqlLedger(database)
    written = record("ex_1", model="m", reason="r", confidence=0.5, outcome="ok", first_piece_s=0.2, latency_s=1.5)
    ledger.add(written)
    ledger.close()
    reader = SqlLedger(database)
    assert reader.get("ex_1") == written
    assert reader.get("ex_2") is None
    assert written.usage() == Usage(10, 20, 3, 4, 0.25)
    reader.close()


def test_what_was_metered_is_read_back(database: Database) -> None:
    took = Impacts(Range(1, 2, 3), Range(4, 5, 6), None, water_ml=Range(7, 8, 9), tier=Tier.MODELLED)
    whole = replace(took, market_gco2e=Range(0, 0, 1), bases=(Basis("all", "DEU", 350.0, "source", 2024, "v1"),))
    written = record("ex_1", impacts=whole)
    written.attempts[1].impacts, written.attempts[1].facts = took, "v1"
    written.attempts[1].concurrency, written.attempts[1].measured_j = 2.5, 7200.0
    written.attempts[0].impacts, written.attempts[0].facts = Impacts(), "v1"
    ledger = SqlLedger(database)
    ledger.add(written)
    ledger.close()
    reader = SqlLedger(database)
    assert reader.get("ex_1") == written
    reader.close()


def test_a_record_can_be_read_before_it_is_written(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqlLedger, "_write", lambda *_: (_ for _ in ()).throw(OperationalError("", {}, Exception())))
    ledger = SqlLedger(database)
    ledger.add(record("ex_1"))
    assert ledger.get("ex_1") is not None
    ledger.close()


def test_nothing_is_lost_while_the_database_fails(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    real = SqlLedger._write
    failed = threading.Event()

    def failing(*_: object) -> None:
        failed.set()
        raise OperationalError("", {}, Exception("disk is full"))

    monkeypatch.setattr(SqlLedger, "_write", failing)
    ledger = SqlLedger(database)
    for number in range(1200):
        ledger.add(record(f"ex_{number}"))
    assert failed.wait(5)
    monkeypatch.setattr(SqlLedger, "_write", real)
    ledger.close()
    reader = SqlLedger(database)
    assert all(reader.get(f"ex_{number}") for number in range(1200))
    reader.close()


def test_a_record_that_the_database_refuses_holds_up_no_other(database: Database) -> None:
    ledger = SqlLedger(database)
    ledger.add(record("ex_1"))
    ledger.add(record("ex_1"))
    ledger.add(record("ex_2"))
    ledger.close()
    reader = SqlLedger(database)
    assert reader.get("ex_2") is not None
    reader.close()


def attempt(host: str, outcome: str = "ok") -> Attempt:
    return Attempt("m", host, Purpose.ANSWER, 2.0, 0, outcome, 1, 0.1, 0.5)


def sighted(ledger: SqlLedger, since: float = 0.0, tenant: str | None = None) -> list[tuple[str, list[str]]]:
    return [(each.trust["mode"], sorted(each.hosts)) for each in ledger.sightings(since, tenant)]


def test_sightings_name_the_hosts_that_an_exchange_called(database: Database) -> None:
    ledger = SqlLedger(database)
    rows = [
        ("ex_1", 10.0, "north", {"mode": "enforce"}, [attempt("a", "host_timeout"), attempt("a"), attempt("b")]),
        ("ex_2", 20.0, "south", {"mode": "observe"}, [attempt("a", "host_unreachable")]),
        ("ex_3", 30.0, "north", {"mode": "observe"}, []),
        ("ex_4", 40.0, "north", None, [attempt("a")]),
    ]
    for name, started, tenant, trust, attempts in rows:
        written = record(name, started=started, tenant=tenant, trust=trust)
        written.attempts = attempts
        ledger.add(written)
    ledger.close()
    reader = SqlLedger(database)
    assert sighted(reader) == [("enforce", ["a", "b"]), ("observe", ["a"]), ("observe", [])]
    assert sighted(reader, since=20.0) == [("observe", ["a"]), ("observe", [])]
    assert sighted(reader, since=20.0, tenant="north") == [("observe", [])]
    assert sighted(reader, tenant="nobody") == []
    reader.close()
