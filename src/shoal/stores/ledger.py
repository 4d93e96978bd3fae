"""The ledger: what each exchange cost and which attempts it took. No prompt, no reply, nothing that was said.

Every record is written to the journal first, where one is given, and from there in batches into the database, by a
thread off the way of a request; a reader sees it at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from shoal.call import OWN_HOST
from shoal.errors import StorageUnreachable
from shoal.stores.database import Database
from shoal.stores.journal import FOLDER, Journal
from shoal.stores.journal_replay import abandoned
from shoal.stores.ledger_backlog import Backlog
from shoal.stores.ledger_drain import WAKE_ROWS, Drain
from shoal.stores.ledger_rows import ATTEMPTS, CORRECTIONS, ENDS, EXCHANGES, QUANTITIES, record_of
from shoal.stores.record import Record, Sighting

__all__ = [
    "ATTEMPTS",
    "CORRECTIONS",
    "ENDS",
    "EXCHANGES",
    "QUANTITIES",
    "Intake",
    "Ledger",
    "Record",
    "Sighting",
    "SqlLedger",
    "recover",
]
READ_ROWS = 1000
RECOVER_S = 60.0


class Correction(NamedTuple):
    """A correction of a record: its number from 1 on, when it came (Unix seconds), why in one word, and the earlier
    values of what it changed, by column: under "exchange", or under the position of an attempt."""

    revision: int
    at: float
    cause: str
    was: dict[str, Any]


class Intake(Protocol):
    """Where exchanges are written down: when they begin, when they are settled, when their answer is out."""

    def open(self, record: Record) -> None: ...

    def add(self, record: Record) -> None: ...

    def deliver(self, exchange_id: str) -> None: ...


class Ledger(Protocol):
    """Where records are read, and what keeps them from being written."""

    def get(self, exchange_id: str) -> Record | None: ...

    def corrections(self, exchange_id: str) -> list[Correction]: ...

    @property
    def faults(self) -> tuple[str, ...]: ...


class SqlLedger:
    """The ledger in the database, behind a journal where one is given; closing it closes the journal."""

    def __init__(self, database: Database, journal: Journal | None = None) -> None:
        self._engine = database.engine
        self._backlog = Backlog(journal)
        self._drain = Drain(database, self._backlog)

    def open(self, record: Record) -> None:
        """Notes an exchange that is under way from now on: if this process dies, it was interrupted."""
        self._backlog.opened(record)

    def add(self, record: Record) -> None:
        """Takes the record of an exchange that is settled, or a later version of it; it is in the database within about
        a quarter of a second."""
        self._backlog.settled(record)
        if len(self._backlog) >= WAKE_ROWS:
            self._drain.wake()

    def deliver(self, exchange_id: str) -> None:
        """Notes that the last byte of the answer was handed to the operating system."""
        self._backlog.delivered(exchange_id)

    def amend(self, record: Record, cause: str) -> None:
        """Takes a correction of a record that was written before; what it replaces is kept as a row of `corrections`.
        `cause` is one word, such as "measured". Of an exchange that was erased meanwhile nothing is written."""
        self._backlog.settled(record, cause)

    def get(self, exchange_id: str) -> Record | None:
        """The record of that exchange, written yet or not. Raises StorageUnreachable."""
        waiting = self._backlog.find(exchange_id)
        if waiting is not None:
            return waiting
        try:
            return self._read(exchange_id)
        except SQLAlchemyError as error:
            raise _unreadable(error) from None

    def corrections(self, exchange_id: str) -> list[Correction]:
        """What the record said before it was corrected, oldest first. Raises StorageUnreachable."""
        columns = [CORRECTIONS.c[name] for name in Correction._fields]
        query = select(*columns).where(CORRECTIONS.c.exchange_id == bindparam("wanted")).order_by(columns[0])
        try:
            with self._engine.connect() as connection:
                return [Correction(*tuple(row)) for row in connection.execute(query, {"wanted": exchange_id})]
        except SQLAlchemyError as error:
            raise _unreadable(error) from None

    def sightings(self, since: float, tenant: str | None = None, without: Collection[str] = ()) -> Iterator[Sighting]:
        """The exchanges begun at `since` (Unix seconds) or later, one by one; where no tenant is named of all but those
        `without`. Read from the database as they are asked for: however many there are, few are in memory."""
        columns = (EXCHANGES.c.id, EXCHANGES.c.trust, ATTEMPTS.c.host)
        joined = EXCHANGES.outerjoin(ATTEMPTS, ATTEMPTS.c.exchange_id == EXCHANGES.c.id)
        chosen = (
            select(*columns).select_from(joined).where(EXCHANGES.c.started >= since, EXCHANGES.c.trust.is_not(None))
        )
        if tenant is not None:
            chosen = chosen.where(EXCHANGES.c.tenant == tenant)
        if without:
            chosen = chosen.where(EXCHANGES.c.tenant.not_in(list(without)))
        with self._engine.connect() as connection:
            streamed = connection.execution_options(yield_per=READ_ROWS).execute(chosen.order_by(EXCHANGES.c.id))
            for _, rows in groupby(streamed, key=lambda row: row.id):
                yield _sighting(list(rows))

    def flush(self) -> bool:
        """Writes what waits, now; False where the database is out of order."""
        return self._drain.flush()

    def recovered(self, within_s: float) -> bool:
        """Waits until the journals that a crash left are in the database; False where that takes longer."""
        return self._drain.recovered.wait(within_s)

    def close(self) -> None:
        """Writes what is left and stops the thread; the journal stays where something could not be written."""
        self._drain.close()

    @property
    def faults(self) -> tuple[str, ...]:
        """What the operator should know, in words for /readyz; nothing where all is well."""
        journal, refused, lost = self._backlog.journal, self._drain.fault, self._backlog.lost
        found = []
        if not self._drain.alive:
            found.append("the ledger's thread has ended: start the gateway anew, which writes what is in the journal")
        if journal is not None and journal.fault is not None:
            found.append(f"the journal cannot be written ({journal.fault}): free space on its disk")
        if refused is not None:
            kept = "in the journal" if journal is not None else "in memory"
            found.append(f"the database cannot be written ({refused}): records wait {kept}")
        if lost:
            found.append(
                f"{lost} entries of the ledger are lost: neither the journal nor the database could be written"
            )
        return tuple(found)

    @property
    def waiting(self) -> int:
        """Entries in memory that are not in the database yet."""
        return len(self._backlog)

    @property
    def lost(self) -> int:
        """Entries that could be kept nowhere."""
        return self._backlog.lost

    def _read(self, exchange_id: str) -> Record | None:
        of_exchange = select(ATTEMPTS).where(ATTEMPTS.c.exchange_id == exchange_id).order_by(ATTEMPTS.c.position)
        with self._engine.connect() as connection:
            # A compiled statement keeps the values that it was first made with: those of callers go beside it.
            wanted = select(EXCHANGES).where(EXCHANGES.c.id == bindparam("wanted"))
            row = connection.execute(wanted, {"wanted": exchange_id}).first()
            if row is None:
                return None
            attempts = [dict(each._mapping) for each in connection.execute(of_exchange)]
        return record_of(dict(row._mapping), attempts)


def _unreadable(error: SQLAlchemyError) -> StorageUnreachable:
    cause = type(getattr(error, "orig", None) or error).__name__
    return StorageUnreachable(
        f"the ledger cannot be read now ({cause}): try again; records that wait are written later"
    )


def recover(database: Database, within_s: float = RECOVER_S) -> bool:
    """Brings what a crash left in journals into the database, for who reads it while no gateway runs; False where that
    takes longer, or the database is out of order."""
    folder = database.folder / FOLDER
    left = list(abandoned(folder))
    for journal in left:
        journal.close(done=False)
    if not left:
        return True
    ledger = SqlLedger(database, Journal(folder))
    try:
        return ledger.recovered(within_s)
    finally:
        ledger.close()


def _sighting(rows: Sequence[Row[Any, Any, Any]]) -> Sighting:
    return Sighting(rows[0].trust, frozenset(row.host for row in rows if row.host not in (None, OWN_HOST)))
