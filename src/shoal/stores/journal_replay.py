"""Reads journals back: what a line adds to a batch, and the journals of processes that are no more. It writes nothing
into the database itself.

An exchange whose line is closed is a record; one that was only opened was interrupted by the end of its process. Each
journal is replayed by whoever gets its lock first, from where the database says that it was reached.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from shoal.stores.journal import Position, hold, lock_path, read_segment, remove, segment_path, segments
from shoal.stores.journal_lines import AMENDED, CLOSED, DELIVERED, OPEN, Line, record_from
from shoal.stores.ledger_writer import INTERRUPTED, Batch
from shoal.stores.record import Record

MALFORMED = (LookupError, TypeError, ValueError, AttributeError)
ENDED = "the process ended meanwhile"


def take(batch: Batch, line: Line | None) -> bool:
    """Adds what the line says to the batch; False where it is damaged or says nothing known."""
    try:
        match line:
            case [kind, fields] if kind == CLOSED:
                batch.add(record_from(fields))
            case [kind, fields, str(cause)] if kind == AMENDED:
                batch.add(record_from(fields), cause)
            case [kind, str(exchange_id)] if kind == DELIVERED:
                batch.delivered.add(exchange_id)
            case [kind, _] if kind == OPEN:
                pass
            case _:
                return False
    except MALFORMED:
        return False
    return True


class Abandoned:
    """The journal of a process that is no more, held by this one until `close`. `damaged` counts lines that could not
    be read."""

    def __init__(self, folder: Path, name: str, held: int) -> None:
        self.folder = folder
        self.name = name
        self.damaged = 0
        self._held = held

    def batches(self, after: Position, rows: int) -> Iterator[Batch]:
        """What is not in the database yet, in order; at last the exchanges that were interrupted."""
        under_way: dict[str, Record] = {}
        lines = self._lines(under_way, after)
        while some := list(islice(lines, rows)):
            batch = Batch(journal=self.name, at=some[-1][0])
            self.damaged += sum(not take(batch, line) for _, line in some)
            yield batch
        interrupted = list(under_way.values())
        for first in range(0, len(interrupted), rows):
            yield Batch(interrupted=interrupted[first : first + rows])

    def close(self, *, done: bool) -> None:
        """Lets go of it; removes its files where all that they say is in the database."""
        if done:
            remove(self.folder, self.name)
        os.close(self._held)

    def _lines(self, under_way: dict[str, Record], after: Position) -> Iterator[tuple[Position, Line | None]]:
        """The lines after that place. All are read, so as to know which exchanges were under way at the end."""
        for segment in segments(self.folder, self.name):
            for at, line in read_segment(segment_path(self.folder, self.name, segment), segment):
                if line is not None:
                    _follow(under_way, line)
                if at > after:
                    yield at, line


def abandoned(folder: Path, own: str | None = None) -> Iterator[Abandoned]:
    """The journals in the folder that no process holds, each held by this one from then on."""
    names = {path.name.partition("-")[0] for path in folder.glob("*-*.log")}
    for name in sorted(names - {own}):
        try:
            yield Abandoned(folder, name, hold(lock_path(folder, name), surely=True))
        except OSError:
            continue


def _follow(under_way: dict[str, Record], line: Line) -> None:
    """Keeps the exchanges that were opened and not closed."""
    match line:
        case [kind, {"id": str(exchange_id)} as fields] if kind == OPEN:
            try:
                record = record_from(fields)
            except MALFORMED:
                return
            record.outcome, record.reason = INTERRUPTED, ENDED
            under_way[exchange_id] = record
        case [kind, {"id": str(exchange_id)}] if kind == CLOSED:
            under_way.pop(exchange_id, None)
