"""Journals that a crash left: replayed exactly once, by whoever comes first, wherever the crash came."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from shoal.call import Attempt, Purpose
from shoal.stores.database import Database
from shoal.stores.journal import START, Journal, Position, segment_path
from shoal.stores.journal_lines import closed_line, delivered_line, open_line
from shoal.stores.journal_replay import abandoned, take
from shoal.stores.ledger import ATTEMPTS, CORRECTIONS, EXCHANGES, Record, SqlLedger
from shoal.stores.ledger_rows import JOURNALS
from shoal.stores.ledger_writer import Batch, LedgerWriter
from tests.waiting import SOON_S


def record(name: str, outcome: str = "ok", joules: float | None = None) -> Record:
    attempts = [Attempt("m", "h", Purpose.ANSWER, 2.0, 0, "ok", measured_j=joules)]
    return Record(name, "t", "k", 1.0, "m", True, outcome=outcome, attempts=attempts)


def write(journal: Journal, *events: tuple[str, str]) -> list[Position]:
    """Writes these lines as a gateway does; returns their ends."""
    ends = []
    for kind, name in events:
        match kind:
            case "open":
                journal.opened(name, open_line(record(name, "open")))
            case "closed":
                journal.closed(name, closed_line(record(name)))
            case "amended":
                journal.append(closed_line(record(name, joules=2.5), "measured"))
            case _:
                journal.append(delivered_line(name))
        ends.append(journal.end)
    return ends


def states(database: Database) -> dict[str, tuple[str, bool | None, int]]:
    """Outcome, whether it was delivered, and the number of attempts, of each exchange."""
    counted = select(ATTEMPTS.c.exchange_id, func.count().label("n")).group_by(ATTEMPTS.c.exchange_id).subquery()
    columns = (EXCHANGES.c.id, EXCHANGES.c.outcome, EXCHANGES.c.delivered, func.coalesce(counted.c.n, 0))
    query = select(*columns).outerjoin(counted, counted.c.exchange_id == EXCHANGES.c.id)
    with database.engine.connect() as connection:
        return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(query)}


def count(database: Database, table: object) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def recover(database: Database, folder: Path) -> None:
    """What the next start does."""
    ledger = SqlLedger(database, Journal(folder))
    assert ledger.recovered(SOON_S)
    ledger.close()


def test_the_next_start_takes_up_what_a_crash_left(database: Database, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    whole = [("open", "whole"), ("closed", "whole"), ("delivered", "whole")]
    write(journal, *whole, ("open", "settled"), ("closed", "settled"), ("open", "under way"), ("closed", "refused"))
    journal.close(keep=True)
    recover(database, tmp_path / "journal")
    expected = {
        "whole": ("ok", True, 1),
        "settled": ("ok", None, 1),
        "under way": ("interrupted", None, 0),
        "refused": ("ok", None, 1),
    }
    assert states(database) == expected
    assert list((tmp_path / "journal").iterdir()) == []
    assert count(database, JOURNALS) == 0
    recover(database, tmp_path / "journal")
    assert states(database) == expected


def test_what_the_database_has_already_is_not_written_again(database: Database, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    events = [("closed", "a"), ("amended", "a"), ("open", "b"), ("open", "c"), ("closed", "b")]
    ends = write(journal, *events)
    writer, batch = LedgerWriter(database), Batch(journal=journal.name, at=ends[1])
    for _, line in list(journal.lines(START))[:2]:
        assert take(batch, line)
    writer.write(batch)
    with database.engine.begin() as connection:  # erased since: it must not come back
        connection.execute(delete(CORRECTIONS))
        connection.execute(delete(ATTEMPTS))
        connection.execute(delete(EXCHANGES))
    journal.close(keep=True)
    recover(database, tmp_path / "journal")
    assert states(database) == {"b": ("ok", None, 1), "c": ("interrupted", None, 0)}
    assert count(database, CORRECTIONS) == 0


def test_one_that_is_replayed_by_a_sibling_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert list(abandoned(tmp_path)) == []
    journal.append(delivered_line("a"))
    journal.close(keep=True)
    (held,) = abandoned(tmp_path)
    assert list(abandoned(tmp_path)) == []
    held.close(done=False)
    (again,) = abandoned(tmp_path)
    again.close(done=True)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_line_costs_nothing_but_itself(database: Database, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    ends = write(journal, ("closed", "a"), ("closed", "b"), ("open", "d"), ("closed", "c"))
    journal.close(keep=True)
    path = segment_path(tmp_path / "journal", journal.name, 1)
    whole = bytearray(path.read_bytes())
    whole[ends[0].offset + 40] ^= 1
    path.write_bytes(bytes(whole) + b"torn")
    recover(database, tmp_path / "journal")
    assert states(database) == {"a": ("ok", None, 1), "c": ("ok", None, 1), "d": ("interrupted", None, 0)}


def test_a_crash_while_it_is_replayed_writes_nothing_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "journal")
    write(journal, *(("closed", f"{number}") for number in range(10)), ("open", "x"))
    journal.close(keep=True)
    writer = LedgerWriter(database)
    (found,) = abandoned(tmp_path / "journal")
    batches = found.batches(START, 4)
    writer.write(next(batches))
    found.close(done=False)
    written: list[str] = []
    real = LedgerWriter.write

    def noted(self: LedgerWriter, batch: Batch) -> None:
        written.extend(batch.records)
        real(self, batch)

    monkeypatch.setattr(LedgerWriter, "write", noted)
    recover(database, tmp_path / "journal")
    assert written == [f"{number}" for number in range(4, 10)]
    assert len(states(database)) == 11


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("embedded"))
    database.migrate()
    yield database
    database.close()


NAMES = [f"ex_{number}" for number in range(6)]


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Lines as gateways write them: each exchange is opened, closed and delivered in this order, as far as it came."""
    lines = [[("open", name), ("closed", name), ("delivered", name)][: draw(st.integers(0, 3))] for name in NAMES]
    history = []
    while any(lines):
        history.append(draw(st.sampled_from([each for each in lines if each])).pop(0))
    return history


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(history=histories(), data=st.data())
def test_wherever_the_crash_comes(
    embedded: Database, tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, str]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal = Journal(folder, segment_bytes=data.draw(st.sampled_from([300, 2000, 10**6])))
    ends = write(journal, *history)
    reached = data.draw(st.integers(0, len(history)))
    batch = Batch(journal=journal.name, at=ends[reached - 1] if reached else START)
    for at, line in journal.lines(START):
        if reached and at <= ends[reached - 1]:
            take(batch, line)
    LedgerWriter(embedded).write(batch)
    if reached and data.draw(st.booleans()):
        journal.forget(ends[reached - 1])
    last = segment_path(folder, journal.name, journal.end.segment)
    journal.close(keep=True)
    carried = bool(ends) and data.draw(st.booleans())
    kept = history
    if carried and reached < len(history) and ends[-1].segment == (ends[-2].segment if len(ends) > 1 else 1):
        os.truncate(last, ends[-1].offset - 3)
        kept = history[:-1]
    recover(embedded, folder)
    closed = {name for kind, name in kept if kind == "closed"}
    delivered = {name for kind, name in kept if kind == "delivered"}
    expected = {name: ("ok", True if name in delivered else None, 1) for name in closed}
    expected |= {name: ("interrupted", None, 0) for kind, name in kept if kind == "open" and name not in closed}
    assert states(embedded) == expected
    with embedded.engine.begin() as connection:
        connection.execute(delete(ATTEMPTS))
        connection.execute(delete(EXCHANGES))
