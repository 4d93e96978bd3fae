"""The ledger under faults: a database that is down for long, a disk that is full, files that must go, a flood."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from shoal.errors import StorageUnreachable
from shoal.stores import ledger_backlog, ledger_drain
from shoal.stores.database import Database
from shoal.stores.journal import Journal, segments
from shoal.stores.journal_lines import closed_line
from shoal.stores.ledger import EXCHANGES, Record, SqlLedger
from shoal.stores.ledger_drain import ask_to_turn
from shoal.stores.ledger_writer import Batch, LedgerWriter
from tests.waiting import SOON_S, until

NO_ROOM = "the journal cannot be written (No space left on device): free space on its disk"


def record(number: int, outcome: str = "ok") -> Record:
    return Record(f"ex_{number}", "t", "k", float(number), "m", True, outcome=outcome)


class Switch:
    """The database, up or down; `order` is what was written, in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.up = False
        self.order: list[str] = []
        real = LedgerWriter.write

        def write(writer: LedgerWriter, batch: Batch) -> None:
            if not self.up:
                raise OperationalError("", {}, OSError("down"))
            real(writer, batch)
            self.order += batch.records

        monkeypatch.setattr(LedgerWriter, "write", write)


def test_what_has_no_room_in_memory_is_read_back_in_order(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_backlog, "MOST_WAITING", 10)
    monkeypatch.setattr(ledger_drain, "BATCH_ROWS", 7)
    switch = Switch(monkeypatch)
    ledger = SqlLedger(database, Journal(tmp_path / "journal", segment_bytes=2000))
    for number in range(100):
        ledger.open(record(number))
        ledger.add(record(number))
        if number % 2:
            ledger.deliver(f"ex_{number}")
    assert ledger.waiting <= 10
    assert ledger.get("ex_99") == replace(record(99), delivered=True)
    switch.up = True
    assert ledger.flush()
    switch.up = False
    for number in range(100, 103):  # in memory again
        ledger.add(record(number))
    assert ledger.waiting == 3
    switch.up = True
    assert ledger.flush()
    ledger.close()
    assert switch.order == [f"ex_{number}" for number in range(103)]
    with database.engine.connect() as connection:
        delivered = select(func.count()).select_from(EXCHANGES).where(EXCHANGES.c.delivered)
        assert connection.execute(delivered).scalar_one() == 50
    assert list((tmp_path / "journal").iterdir()) == []


@pytest.mark.parametrize("room", [20_000, 0])
@pytest.mark.parametrize("in_journal", [True, False])
def test_a_version_that_comes_while_an_earlier_one_is_written_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_journal: bool, room: int
) -> None:
    monkeypatch.setattr(ledger_backlog, "MOST_WAITING", room)
    backlog = ledger_backlog.Backlog(Journal(tmp_path / "journal") if in_journal else None)
    first = record(1)
    second, last = replace(first, trust={"masked": 1}), replace(first, trust={"masked": 2})
    backlog.settled(first)
    under_way = backlog.next(1)
    backlog.settled(second, "measured")
    backlog.done(under_way)
    assert backlog.find("ex_1") is second
    backlog.settled(last)
    backlog.done(backlog.next(1))
    assert backlog.find("ex_1") is last
    backlog.done(backlog.next(1))
    assert (backlog.find("ex_1"), backlog.next(1)) == (None, [])


def test_what_the_database_never_took_waits_for_the_next_start(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    switch = Switch(monkeypatch)
    ledger = SqlLedger(database, Journal(tmp_path / "journal"))
    ledger.add(record(1))
    ledger.deliver("ex_1")
    ledger.close()
    assert len(list((tmp_path / "journal").glob("*.log"))) == 1
    switch.up = True
    later = SqlLedger(database, Journal(tmp_path / "journal"))
    assert later.recovered(SOON_S)
    found = later.get("ex_1")
    assert found is not None
    assert (found.outcome, found.delivered) == ("ok", True)
    later.close()


def test_a_full_disk_stops_nobody(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = SqlLedger(database, Journal(tmp_path / "journal"))
    ledger.add(record(1))

    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.write", no_room)
        for number in range(2, 50):
            ledger.open(record(number))
            ledger.add(record(number))
            ledger.deliver(f"ex_{number}")
        assert list(ledger.faults) == [NO_ROOM]
        assert ledger.flush()  # the database may be elsewhere
    ledger.add(record(50))
    assert list(ledger.faults) == []
    ledger.close()
    with database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(EXCHANGES)).scalar_one() == 50
    assert capsys.readouterr().out.count("journal_not_written") == 1


def test_what_can_be_kept_nowhere_is_counted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ledger_backlog, "MOST_UNWRITTEN", 5)
    switch = Switch(monkeypatch)
    ledger = SqlLedger(database)
    for number in range(12):
        ledger.add(record(number))
    assert (ledger.waiting, ledger.lost) == (5, 7)
    assert "7 entries of the ledger are lost" in ledger.faults[-1]
    assert ledger.get("ex_0") is None
    switch.up = True
    assert ledger.flush()
    ledger.close()
    assert switch.order == [f"ex_{number}" for number in range(5)]
    assert capsys.readouterr().out.count("ledger_records_lost") == 1


def test_files_of_the_journal_go_once_all_is_in_the_database(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    journal = Journal(folder)
    ledger = SqlLedger(database, journal)
    ledger.open(record(0))
    for number in range(1, 5):
        ledger.add(record(number))
    ask_to_turn(folder)
    until(lambda: segments(folder, journal.name)[0] > 1)
    assert b"ex_4" not in b"".join(path.read_bytes() for path in folder.glob("*.log"))
    assert b"ex_0" in b"".join(path.read_bytes() for path in folder.glob("*.log"))
    ledger.close()


def test_a_sibling_takes_up_what_another_left(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_drain, "LOOK_S", 0.0)
    folder = tmp_path / "journal"
    sibling = SqlLedger(database, Journal(folder))
    assert sibling.recovered(SOON_S)
    died = Journal(folder)
    died.closed("ex_1", closed_line(record(1)))
    died.close(keep=True)
    until(lambda: sibling.get("ex_1") is not None)
    until(lambda: not segments(folder, died.name))
    sibling.close()


def test_a_flood_from_many_threads_is_written_once(database: Database, tmp_path: Path) -> None:
    ledger = SqlLedger(database, Journal(tmp_path / "journal", segment_bytes=50_000))

    def pour(first: int) -> None:
        for number in range(first, first + 300):
            ledger.open(record(number))
            ledger.add(record(number))
            ledger.deliver(f"ex_{number}")

    threads = [threading.Thread(target=pour, args=(first * 1000,)) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.close()
    with database.engine.connect() as connection:
        wanted = select(func.count()).select_from(EXCHANGES).where(EXCHANGES.c.delivered)
        assert connection.execute(wanted).scalar_one() == 1200
    assert os.listdir(tmp_path / "journal") == []


def test_a_postgresql_that_goes_away_for_a_while_misses_nothing(
    postgres_server: str, postgres_url: str, tmp_path: Path
) -> None:
    """Its connections are cut and new ones refused, then it is there again."""
    import psycopg

    name = postgres_url.partition("/test_")[2].partition("?")[0]
    database = Database(tmp_path, postgres_url)
    database.migrate()
    ledger = SqlLedger(database, Journal(tmp_path / "journal"))
    ledger.add(record(1))
    assert ledger.flush()
    with psycopg.connect(postgres_server, autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE test_{name} ALLOW_CONNECTIONS false")
        operator.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'test_{name}'")
        for number in range(2, 40):
            ledger.open(record(number))
            ledger.add(record(number))
            ledger.deliver(f"ex_{number}")
        assert not ledger.flush()
        assert ["the database cannot be written" in fault for fault in ledger.faults] == [True]
        assert ledger.get("ex_39") is not None
        with pytest.raises(StorageUnreachable, match="try again"):
            ledger.get("ex_1")
        operator.execute(f"ALTER DATABASE test_{name} ALLOW_CONNECTIONS true")
    assert ledger.flush()
    assert list(ledger.faults) == []
    ledger.close()
    with database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(EXCHANGES)).scalar_one() == 39
    database.close()
