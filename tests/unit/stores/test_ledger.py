"""The ledger: what goes in comes out, written or waiting, and one bad record holds up no other."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.impacts import Basis, Impacts, Range, Tier
from shoal.stores.database import Database
from shoal.stores.journal import Journal
from shoal.stores.ledger import CORRECTIONS, EXCHANGES, Record, SqlLedger
from shoal.stores.ledger_writer import LedgerWriter

# Every test runs on SQLite and on PostgreSQL.


@pytest.fixture(params=["journal", "memory"])
def journal(request: pytest.FixtureRequest, database: Database) -> Journal | None:
    return Journal(database.folder / "journal") if request.param == "journal" else None


def record(name: str, **more: object) -> Record:
    attempts = [
        Attempt("m", "h", Purpose.ANSWER, 2.0, 0, "host_timeout", 0, None, 0.5),
        Attempt("m", "h", Purpose.JUDGE, 3.0, 1, "ok", 7, 0.1, 0.9, Usage(10, 20, 3, 4, 0.25, estimated=True)),
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
    assert written.usage() == Usage(10, 20, 3, 4, 0.25, estimated=True)
    reader.close()


def test_what_was_metered_is_read_back(database: Database) -> None:
    took = Impacts(Range(1, 2, 3), Range(4, 5, 6), None, water_ml=Range(7, 8, 9), tier=Tier.MODELLED)
    basis = Basis("all", "DEU", 350.0, "source", 2024, "v1")
    market = Range(0, 0, 1)
    whole = Impacts(
        took.energy_wh, took.usage_gco2e, None, market, water_ml=took.water_ml, tier=took.tier, bases=(basis,)
    )
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


def test_a_model_that_no_database_can_name_is_written_all_the_same(database: Database) -> None:
    ledger = SqlLedger(database)
    ledger.add(record("ex_1", asked="no\0such", reason="not\0known"))
    ledger.close()
    reader = SqlLedger(database)
    found = reader.get("ex_1")
    reader.close()
    assert found is not None
    assert (found.asked, found.reason) == ("nosuch", "notknown")


def out_of_order(*_: object) -> None:
    raise OperationalError("", {}, OSError("disk is full"))


def test_a_record_can_be_read_before_it_is_written(
    database: Database, journal: Journal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LedgerWriter, "write", out_of_order)
    ledger = SqlLedger(database, journal)
    written = record("ex_1")
    ledger.add(written)
    assert ledger.get("ex_1") is written
    ledger.close()


def test_nothing_is_lost_while_the_database_fails(
    database: Database, journal: Journal | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LedgerWriter.write
    failed = threading.Event()

    def failing(*_: object) -> None:
        failed.set()
        out_of_order()

    monkeypatch.setattr(LedgerWriter, "write", failing)
    ledger = SqlLedger(database, journal)
    for number in range(1200):
        ledger.add(record(f"ex_{number}"))
    assert failed.wait(60)
    assert not ledger.flush()
    assert [fault.partition(" (")[0] for fault in ledger.faults] == ["the database cannot be written"]
    monkeypatch.setattr(LedgerWriter, "write", real)
    assert ledger.flush()
    assert ledger.faults == ()
    ledger.close()
    assert count(database, "exchanges") == 1200
    assert count(database, "attempts") == 2400


def count(database: Database, table: str) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_record_that_the_database_refuses_holds_up_no_other(database: Database, journal: Journal | None) -> None:
    ledger = SqlLedger(database, journal)
    ledger.add(record("ex_1"))
    ledger.add(record("ex_2", tenant=None))
    ledger.add(record("ex_3"))
    ledger.close()
    assert count(database, "exchanges") == 2


def test_a_later_version_takes_the_place_of_the_first(database: Database, journal: Journal | None) -> None:
    ledger = SqlLedger(database, journal)
    first = record("ex_1", outcome="ok")
    ledger.add(first)
    ledger.deliver("ex_1")
    ledger.flush()
    ledger.add(replace(first, trust={"masked": 1}, delivered=None))
    ledger.flush()
    found = ledger.get("ex_1")
    assert found is not None
    assert (found.trust, found.delivered) == ({"masked": 1}, True)
    assert (count(database, "exchanges"), count(database, "attempts"), count(database, "corrections")) == (1, 2, 0)
    ledger.close()


@pytest.mark.parametrize("first_is_written", [True, False])
def test_what_a_correction_replaces_is_kept(
    database: Database, journal: Journal | None, first_is_written: bool
) -> None:
    ledger = SqlLedger(database, journal)
    first = record("ex_1", outcome="ok")
    first.attempts[0].measured_j = 1.5
    ledger.add(first)
    if first_is_written:
        ledger.flush()
    for joules in (2.5, 3.5):
        later = record("ex_1", outcome="ok")
        later.attempts[0].measured_j = joules
        ledger.amend(later, "measured")
        ledger.flush()
    ledger.amend(later, "measured")
    ledger.amend(record("erased"), "measured")
    ledger.close()
    reader = SqlLedger(database)
    assert reader.get("ex_1") == later
    assert reader.get("erased") is None
    reader.close()
    with database.engine.connect() as connection:
        columns = [CORRECTIONS.c[name] for name in ("exchange_id", "revision", "cause", "was")]
        found = list(connection.execute(select(*columns).order_by(CORRECTIONS.c.revision)))
    assert found == [
        ("ex_1", 1, "measured", {"0": {"measured_j": 1.5}}),
        ("ex_1", 2, "measured", {"0": {"measured_j": 2.5}}),
    ]


def test_an_answer_counts_as_delivered_once_that_is_said(database: Database, journal: Journal | None) -> None:
    ledger = SqlLedger(database, journal)
    for name in ("same batch", "later", "never"):
        ledger.open(record(name))
        ledger.add(record(name, outcome="ok"))
    ledger.deliver("same batch")
    ledger.flush()
    ledger.deliver("later")
    ledger.deliver("nobody")
    ledger.close()
    with database.engine.connect() as connection:
        found = {row.id: row.delivered for row in connection.execute(select(EXCHANGES))}
    assert found == {"same batch": True, "later": True, "never": None}


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
