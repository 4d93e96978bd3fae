"""The thread that brings the ledger's backlog into the database, keeps the journal durable and short, and takes up the
journals that a crash left. It knows no request and answers nobody.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from shoal.stores.database import FILE, Database
from shoal.stores.journal import Journal
from shoal.stores.journal_replay import Abandoned, abandoned
from shoal.stores.ledger_backlog import Backlog, batch_of
from shoal.stores.ledger_writer import REFUSALS, Batch, LedgerWriter

BATCH_S = 0.25
# Each commit waits for the disk: the more in one, the more in a second.
BATCH_ROWS, WAKE_ROWS = 2000, 2000
# A file of the journal is not written for longer, so that what is erased is not in it for longer.
TURN_S = 60.0
LOOK_S = 5.0
# Whoever touches this file in the journal's folder has every process begin a new one at once.
TURN_FILE = "turn"


class Drain:
    """The thread. `fault` says what the database has against being written, None where it goes; `recovered` is set once
    no journal of a process that is no more is left."""

    def __init__(self, database: Database, backlog: Backlog) -> None:
        self.fault: str | None = None
        self.recovered = threading.Event()
        self._database = database
        self._backlog = backlog
        self._writer = LedgerWriter(database)
        self._journal = backlog.journal
        self._recovery = None if self._journal is None else Recovery(self._journal, self._writer, self._write)
        self._turned = self._looked = time.monotonic()
        self._asked = _asked(self._journal)
        self._writing = threading.Lock()
        self._wake, self._closing = threading.Event(), threading.Event()
        self._log = structlog.get_logger("shoal.ledger")
        self._thread = threading.Thread(target=self._run, name="shoal-ledger", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def wake(self) -> None:
        """Has it write at once."""
        self._wake.set()

    def flush(self) -> bool:
        """Writes what waits; False where the database is out of order."""
        journal = self._journal.name if self._journal is not None else None
        with self._writing:
            while entries := self._backlog.next(BATCH_ROWS):
                batch, damaged = batch_of(entries, journal)
                if damaged:
                    self._log.error("journal_lines_damaged", lines=damaged)
                if not self._write(batch):
                    return False
                self._backlog.done(entries)
        return True

    def close(self) -> None:
        """Writes what is left and ends the thread and the journal, whose files stay where something is left."""
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        if self._recovery is None or not self._recovery.look():
            self.recovered.set()
        while not self._closing.is_set():
            self._wake.clear()
            try:
                busy = self._round()
            except OSError as error:  # such as too many open files
                self._log.error("ledger_round_failed", cause=error.strerror)
                busy = False
            if not busy:
                self._wake.wait(BATCH_S)
        drained = self.flush()
        if self._recovery is not None:
            self._recovery.close()
        if self._journal is not None:
            self._journal.close(keep=not drained)
            if drained:
                self._forget(self._journal.name)

    def _round(self) -> bool:
        """One round: the database, the disk, and what others left; whether there is more to do at once."""
        drained = self.flush()
        journal, recovery = self._journal, self._recovery
        if journal is None or recovery is None:
            return False
        journal.sync()
        self._shorten(journal)
        if not drained:
            return False
        now = time.monotonic()
        if recovery.idle and now - self._looked > LOOK_S:
            self._looked = now
            recovery.look()
        if not recovery.idle and recovery.step():
            return True
        if recovery.idle:
            self.recovered.set()
        return False

    def _shorten(self, journal: Journal) -> None:
        """Begins a new file now and then, and removes those of which everything is in the database for good."""
        now, asked = time.monotonic(), _asked(journal)
        if now - self._turned > TURN_S or asked != self._asked:
            self._turned, self._asked = now, asked
            journal.turn()
        clear = self._backlog.clear
        if clear.segment <= journal.first:
            return
        try:
            self._harden()
            journal.forget(clear)
        except OSError as error:
            self._log.error("journal_not_shortened", cause=error.strerror)

    def _harden(self) -> None:
        """What was committed must survive a loss of power before the journal forgets it."""
        if self._database.postgres:
            return
        log = self._database.folder / f"{FILE}-wal"
        file = os.open(log if log.exists() else log.with_name(FILE), os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def _write(self, batch: Batch) -> bool:
        """Writes the batch; False where the database is out of order, which is said once."""
        try:
            self._writer.write(batch)
        except REFUSALS:
            return self._write_singly(batch)
        except SQLAlchemyError as error:
            return self._fail(error) if isinstance(error, DBAPIError) else self._write_singly(batch)
        if self.fault is not None:
            self.fault = None
            self._log.warning("ledger_written_again")
        return True

    def _write_singly(self, batch: Batch) -> bool:
        """One record that the database refuses must not hold up the others."""
        for part in batch.singly():
            try:
                self._writer.write(part)
            except REFUSALS as error:
                self._refuse(part, error)
            except SQLAlchemyError as error:
                if isinstance(error, DBAPIError):
                    return self._fail(error)
                self._refuse(part, error)
        return True

    def _refuse(self, part: Batch, error: Exception) -> None:
        for name in (*part.records, *part.amended):
            self._log.error("ledger_record_refused", exchange=name, cause=type(error).__name__)

    def _fail(self, error: DBAPIError) -> bool:
        cause = type(error.orig or error).__name__
        if self.fault is None:
            self._log.error("ledger_not_written", cause=cause, waiting=len(self._backlog))
        self.fault = cause
        return False

    def _forget(self, journal: str) -> None:
        try:
            self._writer.forget(journal)
        except SQLAlchemyError:
            return  # a row too many harms nobody


class Recovery:
    """Brings the journals of processes that are no more into the database, a batch at a time; `write` says whether it
    could."""

    def __init__(self, journal: Journal, writer: LedgerWriter, write: Callable[[Batch], bool]) -> None:
        self._folder = journal.folder
        self._own = journal.name
        self._writer = writer
        self._write = write
        self._found: list[Abandoned] = []
        self._batches: Iterator[Batch] | None = None
        self._log = structlog.get_logger("shoal.journal")

    @property
    def idle(self) -> bool:
        """Whether there is no such journal, as far as one has looked."""
        return not self._found

    def look(self) -> bool:
        """Looks for journals that nobody holds; whether there is any."""
        self._found = list(abandoned(self._folder, self._own))
        return bool(self._found)

    def step(self) -> bool:
        """Writes the next batch; False where the database is out of order."""
        journal = self._found[0]
        try:
            if self._batches is None:
                self._batches = journal.batches(self._writer.reached(journal.name), BATCH_ROWS)
            batch = next(self._batches, None)
            if batch is not None and self._write(batch):
                return True
            if batch is None:
                self._finish(journal)
                return True
        except (SQLAlchemyError, OSError) as error:
            self._log.error("journal_not_replayed", journal=journal.name, cause=type(error).__name__)
        self.close()
        return False

    def close(self) -> None:
        """Lets go of what is not done."""
        for journal in self._found:
            journal.close(done=False)
        self._found, self._batches = [], None

    def _finish(self, journal: Abandoned) -> None:
        journal.close(done=True)
        self._writer.forget(journal.name)
        self._log.info("journal_replayed", journal=journal.name, damaged=journal.damaged)
        self._found.pop(0)
        self._batches = None


def ask_to_turn(folder: Path) -> None:
    """Has every process that keeps a journal in this folder begin a new file, and remove the old ones once all that
    they say is in the database."""
    if folder.exists():
        (folder / TURN_FILE).touch()


def _asked(journal: Journal | None) -> int:
    """When that was asked for last, in ns; 0 for never."""
    try:
        return 0 if journal is None else (journal.folder / TURN_FILE).stat().st_mtime_ns
    except OSError:
        return 0
