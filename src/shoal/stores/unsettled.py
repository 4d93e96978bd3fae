"""What the shared counters have not taken yet, in a file of this process: written while they are away, so that it is
settled also where the process does not live to see them back.

The file is held for as long as the process lives, by which others can tell that it is left. It knows settlements, and
nothing of counters.
"""

from __future__ import annotations

import os
import time
from os import urandom
from pathlib import Path

import orjson
import structlog

from shoal.stores.counters import Settlement
from shoal.stores.journal import hold

FOLDER = "unsettled"
MALFORMED = (ValueError, TypeError, LookupError)


class Unsettled:
    """The file of this process, made when it is first written. Nothing is raised where it cannot be: the log says so,
    and requests go on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._path = folder
        self._failed = False
        self._log = structlog.get_logger("shoal.limits")

    def write(self, settlement: Settlement) -> None:
        """Appends it; of several of one name and generation the last counts."""
        line = orjson.dumps((settlement.id, settlement.spent, settlement.ended, settlement.generation)) + b"\n"
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._path = self._folder / f"{time.time_ns() // 1_000_000:012x}{urandom(4).hex()}"
                self._file = hold(self._path)
            os.lseek(self._file, 0, os.SEEK_END)
            os.write(self._file, line)
        except OSError as error:
            if not self._failed:
                self._log.error("limits_not_journalled", cause=error.strerror, do="free space in server.data_dir")
            self._failed = True
        else:
            self._failed = False

    def clear(self) -> None:
        """All of it is settled."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None

    def close(self) -> None:
        """Leaves the file, if there is one, to whoever comes next."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def left(self) -> list[Left]:
        """The files of processes that are no more, now held by this one."""
        found = []
        for path in sorted(self._folder.glob("*")):
            if self._file is not None and path == self._path:
                continue
            try:
                found.append(Left(path, hold(path)))
            except OSError:  # its process lives, or another has taken it up
                continue
        return found


class Left:
    """The file of a process that is no more."""

    def __init__(self, path: Path, held: int) -> None:
        self._path = path
        self._held = held

    def settlements(self) -> list[Settlement]:
        """What it says; a line that a crash cut in two says nothing."""
        last: dict[tuple[str, str], Settlement] = {}
        for line in self._path.read_bytes().splitlines():
            try:
                name, spent, ended, generation = orjson.loads(line)
                last[name, generation] = Settlement(name, tuple(map(tuple, spent)), ended, generation)
            except MALFORMED:
                continue
        return list(last.values())

    def close(self, *, done: bool) -> None:
        """Lets go of it; removes it where all of it is settled."""
        if done:
            self._path.unlink(missing_ok=True)
        os.close(self._held)
