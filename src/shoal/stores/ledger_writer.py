"""Writes batches of the ledger into the database: each in one transaction, with how far the journal is in it, so that
nothing is written twice and nothing left out. It knows no file and no thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import DataError, IntegrityError

from shoal.stores.database import Database, upsert
from shoal.stores.journal import START, Position
from shoal.stores.ledger_corrections import in_parts, keep_earlier, rows_of
from shoal.stores.ledger_inserts import inserts_for
from shoal.stores.ledger_rows import ATTEMPTS, EXCHANGES, JOURNALS, attempt_row, exchange_row
from shoal.stores.record import Record
from shoal.stores.usage_marks import roll_up

INTERRUPTED = "interrupted"
# What the database has against a single record, as against the database being out of order.
REFUSALS = (DataError, IntegrityError, ValueError, TypeError, AttributeError, OverflowError)


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
        self._inserts = inserts_for(database)

    def write(self, batch: Batch) -> None:
        """Writes the batch whole, or raises."""
        with self._engine.begin() as connection:
            for name in batch.delivered & batch.records.keys():
                batch.records[name].delivered = True
            self._put(connection, batch.records.values())
            self._inserts.keep(connection, EXCHANGES, [exchange_row(record) for record in batch.interrupted])
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
        """Writes corrections, and keeps what they replace. Who was erased meanwhile does not come back by one."""
        before = rows_of(connection, list(amended))
        self._put(connection, [amended[name][0] for name in before])
        keep_earlier(connection, before, {name: amended[name][1] for name in before})

    def _put(self, connection: Connection, records: Collection[Record]) -> None:
        self._inserts.replace(connection, EXCHANGES, [exchange_row(record) for record in records])
        attempts = [attempt_row(record.id, at, each) for record in records for at, each in enumerate(record.attempts)]
        self._inserts.replace(connection, ATTEMPTS, attempts)


def _deliver(connection: Connection, ids: Iterable[str]) -> None:
    for some in in_parts(sorted(ids)):
        connection.execute(update(EXCHANGES).where(EXCHANGES.c.id.in_(some)).values(delivered=True))


def _reach(connection: Connection, journal: str, at: Position) -> None:
    statement = upsert(connection, JOURNALS).values(name=journal, segment=at.segment, position=at.offset)
    values = {name: statement.excluded[name] for name in ("segment", "position")}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
