"""What the ledger has taken and not written yet: in the journal, and as far as there is room in memory too. It knows no
database.

At most MOST_WAITING entries that stand in the journal are in memory; what comes after them is read back from there.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import structlog

from shoal.stores.journal import START, Journal, Position
from shoal.stores.journal_lines import Line, closed_line, delivered_line, open_line
from shoal.stores.journal_replay import take
from shoal.stores.ledger_writer import Batch
from shoal.stores.record import Record

MOST_WAITING = 20_000
# Of those that wait in the journal alone, so many are found at once by who asks for one: the newest.
MOST_FOUND = MOST_WAITING
# What could not be written to a journal is in memory alone.
MOST_UNWRITTEN = 100_000


class Entry(NamedTuple):
    """Something to be written: a record, with the cause of its correction if it is one; or the id of an answer that was
    handed over; or a line that was read back, None where it is damaged. `at` is the end of its line, None where it is
    in no journal."""

    at: Position | None
    record: Record | None = None
    cause: str | None = None
    delivered: str | None = None
    line: Line | None = None


class Backlog:
    """Entries in the order in which they came. `lost` counts those that could be kept nowhere; `clear` is the place in
    the journal before which everything was written when nothing waited last."""

    def __init__(self, journal: Journal | None) -> None:
        self.journal = journal
        self.lost = 0
        self.clear = START
        self._waiting: deque[Entry] = deque()
        # Where in the journal that begins which is no more in memory.
        self._spilled: Position | None = None
        # The last version of each record that waits, and the end of its line.
        self._index: dict[str, tuple[Record, Position | None]] = {}
        self._lock = threading.Lock()
        self._log = structlog.get_logger("shoal.ledger")

    def __len__(self) -> int:
        return len(self._waiting)

    def opened(self, record: Record) -> None:
        """An exchange is under way."""
        if self.journal is not None:
            self.journal.opened(record.id, open_line(record))

    def settled(self, record: Record, cause: str | None = None) -> None:
        """An exchange is under way no more, or its record is corrected."""
        journal = self.journal
        line = b"" if journal is None else closed_line(record, cause)
        with self._lock:
            before = at = None
            if journal is not None:
                before, at = journal.end, journal.closed(record.id, line)
            self._enqueue(Entry(at, record, cause), before)
            self._index[record.id] = record, at
            if len(self._index) > (MOST_UNWRITTEN if journal is None else MOST_FOUND):
                del self._index[next(iter(self._index))]

    def delivered(self, exchange_id: str) -> None:
        """An answer was handed over whole."""
        journal = self.journal
        with self._lock:
            waiting = self._index.get(exchange_id)
            if waiting is not None:
                waiting[0].delivered = True
            before = at = None
            if journal is not None:
                before, at = journal.end, journal.append(delivered_line(exchange_id))
            self._enqueue(Entry(at, delivered=exchange_id), before)

    def find(self, exchange_id: str) -> Record | None:
        """The record of that exchange, if it waits."""
        with self._lock:
            found = self._index.get(exchange_id)
            return None if found is None else found[0]

    def next(self, rows: int) -> list[Entry]:
        """The entries to write next, at most so many; from the journal where there was no room for them."""
        while True:
            with self._lock:
                if self._waiting:
                    return list(islice(self._waiting, rows))
                journal, after = self.journal, self._spilled
                if journal is None:
                    return []
                end = journal.end
                if after is None:
                    self.clear = end
                    return []
            found = [Entry(at, line=line) for at, line in islice(journal.lines(after), rows)]
            if found:
                return found
            with self._lock:
                if journal.end == end:
                    self._spilled = None

    def done(self, entries: Sequence[Entry]) -> None:
        """These are written."""
        with self._lock:
            for entry in entries:
                if self._waiting and self._waiting[0] is entry:
                    self._waiting.popleft()
                elif entry.at is not None:
                    self._spilled = entry.at
                name = _id(entry)
                known = None if name is None else self._index.get(name)
                # A later version that came meanwhile still waits.
                if name is not None and known is not None and _is_last(entry, *known):
                    del self._index[name]

    def _enqueue(self, entry: Entry, before: Position | None) -> None:
        if entry.at is not None:
            if self._spilled is None and len(self._waiting) >= MOST_WAITING:
                self._spilled = before
            if self._spilled is not None:
                return
        elif len(self._waiting) >= MOST_UNWRITTEN:
            self.lost += 1
            if self.lost == 1:
                self._log.error("ledger_records_lost", do="free space on the disk of server.data_dir")
            return
        self._waiting.append(entry)


def batch_of(entries: Sequence[Entry], journal: str | None) -> tuple[Batch, int]:
    """The batch that writes these entries, and how many of them are damaged."""
    batch, damaged = Batch(journal=journal), 0
    for entry in entries:
        batch.at = entry.at or batch.at
        if entry.record is not None:
            batch.add(entry.record, entry.cause)
        elif entry.delivered is not None:
            batch.delivered.add(entry.delivered)
        elif not take(batch, entry.line):
            damaged += 1
    return batch, damaged


def _is_last(entry: Entry, last: Record, end: Position | None) -> bool:
    if entry.record is not None:
        return entry.record is last
    return entry.at is not None and end is not None and end <= entry.at


def _id(entry: Entry) -> str | None:
    if entry.record is not None:
        return entry.record.id
    fields = entry.line[1] if entry.line and len(entry.line) > 1 else None
    return fields.get("id") if isinstance(fields, dict) else None
