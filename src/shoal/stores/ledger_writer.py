"""Writes batches of the ledger into the database: each in one transaction, with how far the journal is in it, so that
nothing is written twice and nothing left out. It knows no file and no thread.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.exc import DataError, IntegrityError

from shoal.stores.database import Database, upsert
from shoal.stores.journal import START, Position
from shoal.stores.ledger_rows import ATTEMPTS, CORRECTIONS, EXCHANGES, JOURNALS, attempt_row, exchange_row
from shoal.stores.record import Record
from shoal.stores.usage_marks import roll_up

INTERRUPTED = "interrupted"
# What the database has against a single record, as against the database being out of order.
REFUSALS = (DataError, IntegrityError, ValueError, TypeError, AttributeError, OverflowError)
# Databases take so many values in one statement.
MOST_IDS = 500


@dataclass(slots=True)
class Batch:
    """What is to be written at once: `records` by id, the last version of each; `amended` those that correct what was
    written before, with their causes; `delivered` the ids of answers handed over whole; `interrupted` exchanges of
    which only the beginning is known; `journal` and `at` how far that journal is in the database with this."""

    records: dict[str, Record] = field(default_factory=dict)
    amended: dict[str, tuple[Record, str]] = field(default_factory=dict)
    delivered: set[str] = field(default_factory=set)
    interrupted: list[Record] = field(default_factory=list)
    journal: str | None = None
    at: Position | None = None

    def __len__(self) -> int:
        return len(self.records) + len(self.amended) + len(self.delivered) + len(self.interrupted)

    def add(self, record: Record, cause: str | None = None) -> None:
        """Adds a record, or with a `cause` its correction."""
        if cause is not None:
            self.amended[record.id] = (record, cause)
            return
        self.records[record.id] = record
        self.amended.pop(record.id, None)

    def singly(self) -> Iterator[Batch]:
        """The same in parts that hold one record each; the last one has the place in the journal."""
        for name, record in self.records.items():
            yield Batch(records={name: record})
        for name, amended in self.amended.items():
            yield Batch(amended={name: amended})
        for record in self.interrupted:
            yield Batch(interrupted=[record])
        yield Batch(delivered=self.delivered, journal=self.journal, at=self.at)


class LedgerWriter:
    """Writes batches. Every method raises SQLAlchemyErrors; `write` also REFUSALS."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        statements = (_upsert_exchanges, _upsert_attempts, _insert_interrupted)
        dialect = psycopg.dialect(paramstyle="format") if database.postgres else self._engine.dialect  # type: ignore[no-untyped-call]
        self._exchanges, self._attempts, self._interrupted = (
            str(make(self._engine).compile(dialect=dialect)) for make in statements
        )

    def write(self, batch: Batch) -> None:
        """Writes the batch whole, or raises."""
        with self._engine.begin() as connection:
            for name in batch.delivered & batch.records.keys():
                batch.records[name].delivered = True
            self._put(connection, list(batch.records.values()), batch.interrupted)
            if batch.amended:
                self._amend(connection, batch.amended)
            _deliver(connection, batch.delivered - batch.records.keys())
            changed = (each for each, _ in batch.amended.values())
            roll_up(connection, [*batch.records.values(), *batch.interrupted, *changed])
            if batch.journal is not None and batch.at is not None:
                _reach(connection, batch.journal, batch.at)

    def reached(self, journal: str) -> Position:
        """How far that journal is in the database."""
        wanted = select(JOURNALS.c.segment, JOURNALS.c.position).where(JOURNALS.c.name == journal)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return START if row is None else Position(row.segment, row.position)

    def forget(self, journal: str) -> None:
        """The journal is no more."""
        with self._engine.begin() as connection:
            connection.execute(delete(JOURNALS).where(JOURNALS.c.name == journal))

    def _amend(self, connection: Connection, amended: dict[str, tuple[Record, str]]) -> None:
        """Writes corrections, and appends what they replace. Who was erased meanwhile does not come back by one."""
        before = _rows(connection, list(amended))
        self._put(connection, [amended[name][0] for name in before], ())
        now = _rows(connection, list(before))
        was = {name: _changed(rows, now[name]) for name, rows in before.items()}
        _append(connection, {name: (amended[name][1], changed) for name, changed in was.items() if changed})

    def _put(self, connection: Connection, records: Collection[Record], interrupted: Collection[Record]) -> None:
        if records:
            connection.exec_driver_sql(self._exchanges, [exchange_row(record) for record in records])
        attempts = [attempt_row(record.id, at, each) for record in records for at, each in enumerate(record.attempts)]
        if attempts:
            connection.exec_driver_sql(self._attempts, attempts)
        if interrupted:
            connection.exec_driver_sql(self._interrupted, [exchange_row(record) for record in interrupted])


def _upsert_exchanges(engine: Any) -> Any:
    statement = upsert(engine, EXCHANGES)
    new = statement.excluded
    values: dict[str, Any] = {column.name: new[column.name] for column in EXCHANGES.c if column.name != "id"}
    values["delivered"] = func.coalesce(new["delivered"], EXCHANGES.c.delivered)
    return statement.on_conflict_do_update(index_elements=["id"], set_=values)


def _upsert_attempts(engine: Any) -> Any:
    statement, key = upsert(engine, ATTEMPTS), ("exchange_id", "position")
    values = {column.name: statement.excluded[column.name] for column in ATTEMPTS.c if column.name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=values)


def _insert_interrupted(engine: Any) -> Any:
    return upsert(engine, EXCHANGES).on_conflict_do_nothing()


def _deliver(connection: Connection, ids: Iterable[str]) -> None:
    for some in _in_parts(sorted(ids)):
        connection.execute(update(EXCHANGES).where(EXCHANGES.c.id.in_(some)).values(delivered=True))


def _reach(connection: Connection, journal: str, at: Position) -> None:
    statement = upsert(connection, JOURNALS).values(name=journal, segment=at.segment, position=at.offset)
    values = {name: statement.excluded[name] for name in ("segment", "position")}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


# The rows of one exchange by the position of the attempt, -1 for the exchange's own: the values by column.
Rows = dict[int, dict[str, Any]]


def _rows(connection: Connection, ids: Sequence[str]) -> dict[str, Rows]:
    """What is written of these exchanges, with those of their attempts."""
    found: dict[str, Rows] = {}
    for some in _in_parts(ids):
        for row in connection.execute(select(EXCHANGES).where(EXCHANGES.c.id.in_(some))):
            found[row.id] = {-1: dict(row._mapping)}
        for row in connection.execute(select(ATTEMPTS).where(ATTEMPTS.c.exchange_id.in_(some))):
            if row.exchange_id in found:
                found[row.exchange_id][row.position] = dict(row._mapping)
    return found


def _append(connection: Connection, corrections: dict[str, tuple[str, dict[str, Any]]]) -> None:
    """Appends what corrected rows said before, each with its cause."""
    counted = select(CORRECTIONS.c.exchange_id, func.max(CORRECTIONS.c.revision)).group_by(CORRECTIONS.c.exchange_id)
    last: dict[str, int] = {}
    for some in _in_parts(list(corrections)):
        found = connection.execute(counted.where(CORRECTIONS.c.exchange_id.in_(some)))
        last.update({row[0]: row[1] for row in found})
    rows = [
        {"exchange_id": name, "revision": last.get(name, 0) + 1, "at": time.time(), "cause": cause, "was": was}
        for name, (cause, was) in corrections.items()
    ]
    if rows:
        connection.execute(insert(CORRECTIONS), rows)


def _changed(before: Rows, now: Rows) -> dict[str, Any]:
    """The earlier values of what changed: of the exchange, and of its attempts by their position."""
    was: dict[str, Any] = {}
    for position, row in before.items():
        new = now.get(position, {})
        changed = {name: value for name, value in row.items() if new.get(name) != value}
        if changed:
            was["exchange" if position < 0 else str(position)] = changed
    return was


def _in_parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), MOST_IDS):
        yield ids[first : first + MOST_IDS]
