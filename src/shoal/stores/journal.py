"""The journal: append-only files of one process, to which every exchange is written before its answer is complete.

What was written is the kernel's: it survives the death of the process at once, and the loss of power after `sync`. The
files are NAME-000001.log and so on in the journal's folder, and NAME.lock is held for as long as the process lives, so
that another can tell which journals are abandoned (`journal_replay.py`). It knows frames, and nothing of what they say.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from os import urandom
from pathlib import Path
from typing import NamedTuple

import structlog

from shoal.errors import StorageError
from shoal.stores.audit_chain import BINARY, lock, sync_folder
from shoal.stores.journal_lines import Line, unframe

SEGMENT_BYTES = 16 * 1024 * 1024
FOLDER = "journal"


class Position(NamedTuple):
    """A place between two lines: the number of the file, and the bytes before it."""

    segment: int
    offset: int


START = Position(0, 0)


class Journal:
    """The files of this process. Nothing is raised where they cannot be written, since requests go on: `fault` says
    why, and the log says it once."""

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Begins a journal of its own in the folder. Raises StorageError where that cannot be written."""
        self.folder = folder
        self.name = f"{time.time_ns() // 1_000_000:012x}{urandom(4).hex()}"
        self._faults: dict[str, str] = {}
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._segment, self._offset, self._first = 1, 0, 1
        self._torn = self._named = False
        self._synced = 0
        self._unsynced: list[int] = []
        # The lines of exchanges under way: a new file begins with them, so that the old one can go.
        self._under_way: dict[str, bytes] = {}
        self._log = structlog.get_logger("shoal.journal")
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._held = hold(lock_path(folder, self.name))
            self._file = self._begin(1)
        except OSError as error:
            raise StorageError(
                f"the journal cannot be written in {folder} ({error.strerror}): free space or mend its permissions, "
                "or name another server.data_dir"
            ) from None

    @property
    def fault(self) -> str | None:
        """Why the last line, file or `sync` failed; None where all went well."""
        return next(iter(self._faults.values()), None)

    @property
    def end(self) -> Position:
        """Where the next line will stand, unless it begins a new file."""
        return Position(self._segment, self._offset)

    @property
    def first(self) -> int:
        """The number of the oldest file that is kept."""
        return self._first

    def opened(self, exchange_id: str, line: bytes) -> None:
        """Writes the line of an exchange that is under way from now on."""
        with self._lock:
            self._under_way[exchange_id] = line
            self._append(line)

    def closed(self, exchange_id: str, line: bytes) -> Position | None:
        """Writes the line of an exchange that is under way no more; its end, None where it cannot be written."""
        with self._lock:
            at = self._append(line)
            self._under_way.pop(exchange_id, None)
            return at

    def append(self, line: bytes) -> Position | None:
        """Writes a line; its end, None where it cannot be written."""
        with self._lock:
            return self._append(line)

    def turn(self) -> None:
        """Begins a new file, unless the present one is empty."""
        with self._lock:
            if self._offset:
                self._turn()

    def sync(self) -> None:
        """Makes what was written so far survive a loss of power."""
        files: list[int] = []
        try:
            with self._lock:
                if self._synced != self._offset:
                    files.append(os.dup(self._file))
                    self._synced = self._offset
                files += self._unsynced
                self._unsynced = []
                named, self._named = self._named, True
            for file in files:
                os.fsync(file)
            if not named:
                sync_folder(self.folder)
        except OSError as error:
            self._fail("sync", error)
        else:
            self._mend("sync")
        finally:
            for file in files:
                os.close(file)

    def forget(self, before: Position) -> None:
        """Removes the files that hold nothing from that position on."""
        while self._first < min(before.segment, self._segment):
            segment_path(self.folder, self.name, self._first).unlink(missing_ok=True)
            self._first += 1

    def lines(self, after: Position) -> Iterator[tuple[Position, Line | None]]:
        """The lines from there on, each with its end; None for a damaged one. Of open ones only that they are there."""
        for segment in range(max(after.segment, self._first), self._segment + 1):
            offset = after.offset if segment == after.segment else 0
            path = segment_path(self.folder, self.name, segment)
            yield from read_segment(path, segment, offset, settled=True)

    def close(self, *, keep: bool) -> None:
        """Closes the files; removes them unless they are to be kept for a later start."""
        self.sync()
        os.close(self._file)
        if not keep:
            remove(self.folder, self.name)
        os.close(self._held)

    def _append(self, line: bytes) -> Position | None:
        if self._offset + len(line) > self._segment_bytes and self._offset:
            self._turn()
        if self._torn:
            line = b"\n" + line
        try:
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._take_back()
            self._fail("line", error)
            return None
        self._torn = False
        self._offset += len(line)
        self._mend("line")
        return Position(self._segment, self._offset)

    def _take_back(self) -> None:
        """Half a line must not stand before the next one."""
        try:
            os.ftruncate(self._file, self._offset)
        except OSError:
            self._offset = os.fstat(self._file).st_size
            self._torn = True

    def _turn(self) -> None:
        carried = b"".join(self._under_way.values())
        path = segment_path(self.folder, self.name, self._segment + 1)
        try:
            file = self._begin(self._segment + 1)
        except OSError as error:
            self._fail("file", error)
            return
        try:
            if os.write(file, carried) < len(carried):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            os.close(file)
            path.unlink(missing_ok=True)
            self._fail("file", error)
            return
        self._unsynced.append(self._file)
        self._file, self._segment, self._offset, self._synced = file, self._segment + 1, len(carried), 0
        self._torn = False
        self._mend("file")

    def _begin(self, segment: int) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | BINARY
        file = os.open(segment_path(self.folder, self.name, segment), flags, 0o600)
        self._named = False  # on the disk, which `sync` sees to: a request must not wait for that
        return file

    def _fail(self, what: str, error: OSError) -> None:
        cause = error.strerror or type(error).__name__
        if what not in self._faults:
            do = "free space on the disk of server.data_dir"
            self._log.error("journal_not_written", what=what, cause=cause, do=do)
        self._faults[what] = cause

    def _mend(self, what: str) -> None:
        if what in self._faults:
            del self._faults[what]
            self._log.warning("journal_written_again", what=what)


def hold(path: Path, *, surely: bool = False) -> int:
    """Opens and locks the file, for as long as it stays open. Raises BlockingIOError where another process holds it or
    has just removed it. On a file system without locks that cannot be told: `surely` raises OSError there."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
    try:
        lock(file, surely=surely)
        if os.fstat(file).st_nlink == 0:
            raise BlockingIOError(errno.EAGAIN, "removed meanwhile")
    except OSError:
        os.close(file)
        raise
    return file


def lock_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock"


def segment_path(folder: Path, name: str, segment: int) -> Path:
    return folder / f"{name}-{segment:06d}.log"


def segments(folder: Path, name: str) -> list[int]:
    """The numbers of a journal's files, in order."""
    return sorted(int(path.stem.rpartition("-")[2]) for path in folder.glob(f"{name}-*.log"))


def read_segment(
    path: Path, segment: int, offset: int = 0, *, settled: bool = False
) -> Iterator[tuple[Position, Line | None]]:
    """The lines of a file from there on, each with its end; None for a damaged one. A last line without its end is
    not there (yet); a file that is not there is empty."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(offset)
        for raw in file:
            if not raw.endswith(b"\n"):
                return
            offset += len(raw)
            yield Position(segment, offset), unframe(raw, settled=settled)


def remove(folder: Path, name: str) -> None:
    """Removes a journal's files, the lock last: who finds files without one may take them for abandoned."""
    for segment in segments(folder, name):
        segment_path(folder, name, segment).unlink(missing_ok=True)
    lock_path(folder, name).unlink(missing_ok=True)
